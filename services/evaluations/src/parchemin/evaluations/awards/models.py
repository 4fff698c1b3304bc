"""Validated blocks, awards, and the register's counter."""

from datetime import date
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class BlockValidation(Aggregate, Base, table=True):
    """A block, validated: once per enrolment."""

    __tablename__ = "block_validations"
    __table_args__ = (UniqueConstraint("enrolment_id", "block"),)

    enrolment_id: UUID = Field(foreign_key="known_enrolments.id")
    candidate_id: UUID
    block: int
    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    validated_on: date


class Award(Aggregate, Base, table=True):
    """The certification, awarded: once per candidate, with the next number of the year's register."""

    __tablename__ = "awards"
    __table_args__ = (UniqueConstraint("year", "rank"),)

    enrolment_id: UUID = Field(foreign_key="known_enrolments.id", unique=True)
    candidate_id: UUID = Field(unique=True)
    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    awarded_on: date
    year: int
    rank: int


class RegisterCounter(Base, table=True):
    """The last rank given in a year. Taken in the award's transaction: what is rolled back leaves no gap."""

    __tablename__ = "register_counters"

    year: int = Field(primary_key=True)
    last: int
