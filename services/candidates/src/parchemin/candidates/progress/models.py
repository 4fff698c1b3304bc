"""What was heard of the outcomes of enrolments: a projection, which `parchemin progress rebuild` makes anew."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from parchemin.candidates.base import Base


class ProgressFact(Base, table=True):
    """One fact of the evaluations service about one enrolment. What is shown follows from all of them together, in
    whatever order they came."""

    __tablename__ = "progress_facts"

    enrolment_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=20)
    subject: UUID = Field(primary_key=True)
    """The session, appeal, validation or award that it is about."""
    number: int = 0
    """Of a convocation: a later one replaces those before."""
    body: dict[str, Any] = Field(sa_type=JSON)


class CancelledSession(Base, table=True):
    """A session that does not take place, though candidates may have been told to come."""

    __tablename__ = "cancelled_sessions"

    session_id: UUID = Field(primary_key=True)
