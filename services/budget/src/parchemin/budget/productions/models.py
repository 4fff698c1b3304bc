"""Productions: the audiovisual projects that candidates work on."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from parchemin.budget.base import Base
from parchemin.budget.productions.schemas import ProductionKind
from parchemin.common.columns import Aggregate

_KINDS = ", ".join(f"'{kind}'" for kind in ProductionKind)


class Production(Aggregate, Base, table=True):
    """One project, for one enrolment."""

    __tablename__ = "productions"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint("duration_minutes > 0", name="duration_minutes"),
    )

    enrolment_id: UUID = Field(foreign_key="known_enrolments.id", index=True)
    owner: bytes | None = Field(default=None, index=True)
    """Digest of the `sub` of the candidate's tokens (`login_of`): what makes a production their own."""
    owner_subject: bytes | None = None
    """The same in words, sealed under the candidate's key."""
    title: str = Field(max_length=300)
    kind: str = Field(max_length=20)
    duration_minutes: int | None = None
    currency: str = Field(max_length=3)
    chart_of_accounts: str = Field(max_length=64)
