"""The pool of jurors."""

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import JurorQuality
from parchemin.evaluations.base import Base

_QUALITIES = ", ".join(f"'{quality}'" for quality in JurorQuality)


class Juror(Aggregate, Base, table=True):
    """A person who may sit on a jury. `subject` is the `sub` of their tokens; their id where none is said."""

    __tablename__ = "jurors"
    __table_args__ = (
        UniqueConstraint("organisation_id", "subject"),
        CheckConstraint(f"quality IN ({_QUALITIES})", name="quality"),
        CheckConstraint("sex IN ('F', 'M')", name="sex"),
    )

    first_name: str = Field(max_length=120)
    last_name: str = Field(max_length=120)
    quality: str = Field(max_length=20)
    external: bool
    subject: str = Field(max_length=255)
    employer: str | None = Field(default=None, max_length=300)
    fields: list[str] = Field(default_factory=list, sa_type=JSON)
    qualified: bool = False
    """For the certification: practises or teaches the trade that it attests."""
    sex: str | None = Field(default=None, max_length=1)
    """Where the balance of a jury is checked."""
