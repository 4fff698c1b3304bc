"""Convocations: what a candidate was told of when and where to come. Append-only."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class Convocation(Aggregate, Base, table=True):
    """One convocation of an enrolment to a session; a change makes the next number."""

    __tablename__ = "convocations"
    __table_args__ = (UniqueConstraint("session_id", "enrolment_id", "number"),)

    session_id: UUID = Field(foreign_key="sessions.id")
    enrolment_id: UUID = Field(foreign_key="known_enrolments.id", index=True)
    number: int
    digest: str = Field(max_length=64)
    """Of what it says: convening again says it only where that has changed."""
    convened_by: str = Field(max_length=255)
    """`sub` of the token that asked for it."""
