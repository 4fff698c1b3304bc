"""The entries of the register, and its head."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from parchemin.evaluations.base import Base
from parchemin.evaluations.register.rules import EntryKind

_KINDS = ", ".join(f"'{kind}'" for kind in EntryKind)


class RegisterEntry(Base, table=True):
    """An entry, for good: triggers of the database refuse to change it or to take it out.

    A migration that makes this table anew, as a batch operation on SQLite does, has to make its triggers anew.
    """

    __tablename__ = "register_entries"
    __table_args__ = (
        UniqueConstraint("award_id", "kind"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint("position > 0", name="position"),
        Index(None, "organisation_id", "position"),
    )

    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(max_length=20)
    register_number: str = Field(max_length=20)
    award_id: UUID = Field(foreign_key="awards.id")
    enrolment_id: UUID
    candidate_id: UUID
    organisation_id: UUID
    session_id: UUID
    decided_on: date
    recorded_at: datetime
    salt: str = Field(max_length=32)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)


class RegisterHead(Base, table=True):
    """The end of the chain: one row, which the migration made. Whoever appends holds it until the commit."""

    __tablename__ = "register_head"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)
