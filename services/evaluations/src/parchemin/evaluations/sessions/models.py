"""Evaluation sessions and their juries."""

from datetime import date
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.base import Base

_STATES = ", ".join(f"'{state}'" for state in SessionState)


class EvaluationSession(Aggregate, Base, table=True):
    """A session: modalities, a place, a date, a jury."""

    __tablename__ = "sessions"
    __table_args__ = (CheckConstraint(f"state IN ({_STATES})", name="state"),)

    referential_version: str = Field(max_length=32)
    place: str = Field(max_length=300)
    held_on: date
    modalities: list[str] = Field(sa_type=JSON)
    state: str = Field(default=SessionState.DRAFT, max_length=20)
    deliberated_on: date | None = None


class JurySeat(Base, table=True):
    """A juror on the jury of a session."""

    __tablename__ = "jury_seats"
    __table_args__ = (
        Index(
            "uq_jury_seats_president",
            "session_id",
            unique=True,
            postgresql_where=text("president"),
            sqlite_where=text("president"),
        ),
    )

    session_id: UUID = Field(primary_key=True, foreign_key="sessions.id")
    juror_id: UUID = Field(primary_key=True, foreign_key="jurors.id", index=True)
    president: bool
    present: bool | None = None
    """Whether they sat at the deliberation; unknown before it closes."""


class ConflictOfInterest(Aggregate, Base, table=True):
    """A juror who trained, employs or is related to a candidate: they do not grade them."""

    __tablename__ = "conflicts_of_interest"
    __table_args__ = (
        UniqueConstraint("juror_id", "enrolment_id"),
        CheckConstraint("kind IN ('trained', 'employs', 'related')", name="kind"),
    )

    juror_id: UUID = Field(foreign_key="jurors.id")
    enrolment_id: UUID = Field(foreign_key="known_enrolments.id")
    kind: str = Field(max_length=20)
