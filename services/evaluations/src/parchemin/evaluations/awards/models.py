"""Validated blocks, awards, and the register's counter."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class BlockValidation(Aggregate, Base, table=True):
    """A block, validated: once per enrolment."""

    __tablename__ = "block_validations"
    __table_args__ = (
        Index(
            "uq_block_validations_standing",
            "enrolment_id",
            "block",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
            sqlite_where=text("revoked_at IS NULL"),
        ),
    )

    enrolment_id: UUID = Field(foreign_key="known_enrolments.id")
    candidate_id: UUID
    block: int
    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    validated_on: date
    revoked_at: datetime | None = None
    """When a ruling on appeal took it back."""


class Award(Aggregate, Base, table=True):
    """The certification, awarded: once per candidate, with the next number of the year's register."""

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("year", "rank"),
        *(
            Index(
                f"uq_awards_standing_{column}",
                column,
                unique=True,
                postgresql_where=text("revoked_at IS NULL"),
                sqlite_where=text("revoked_at IS NULL"),
            )
            for column in ("enrolment_id", "candidate_id")
        ),
    )

    enrolment_id: UUID = Field(foreign_key="known_enrolments.id")
    candidate_id: UUID
    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    awarded_on: date
    year: int
    rank: int
    revoked_at: datetime | None = None
    """When a ruling on appeal took it back. Its number is never given again."""


class RegisterCounter(Base, table=True):
    """The last rank given in a year. Taken in the award's transaction: what is rolled back leaves no gap."""

    __tablename__ = "register_counters"

    year: int = Field(primary_key=True)
    last: int
