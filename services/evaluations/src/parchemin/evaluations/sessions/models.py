"""Evaluation sessions and their juries."""

from datetime import date, datetime
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
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("adopted_by IN ('unanimity', 'majority', 'casting_vote')", name="adopted_by"),
        CheckConstraint("(closed_at IS NULL) = (state <> 'closed')", name="closed"),
        CheckConstraint("published_at IS NULL OR state = 'closed'", name="published"),
    )

    referential_version: str = Field(max_length=32)
    place: str = Field(max_length=300)
    held_on: date
    modalities: list[str] = Field(sa_type=JSON)
    state: str = Field(default=SessionState.DRAFT, max_length=20)
    deliberated_on: date | None = None
    closed_at: datetime | None = None
    closed_by: UUID | None = Field(default=None, foreign_key="jurors.id")
    """The president."""
    adopted_by: str | None = Field(default=None, max_length=20)
    """How the jury adopted the decisions as a whole."""
    policy: str | None = Field(default=None, max_length=40)
    """What the proposals were made by."""
    results_at: datetime | None = Field(default=None, index=True)
    """When the results become known outside the jury and the staff that keeps its minutes."""
    published_at: datetime | None = None


class JurySeat(Base, table=True):
    """A juror on the jury of a session."""

    __tablename__ = "jury_seats"
    __table_args__ = (
        Index(
            "uq_jury_seats_president",
            "session_id",
            unique=True,
            postgresql_where=text("president AND replaced_at IS NULL"),
            sqlite_where=text("president AND replaced_at IS NULL"),
        ),
    )

    session_id: UUID = Field(primary_key=True, foreign_key="sessions.id")
    juror_id: UUID = Field(primary_key=True, foreign_key="jurors.id", index=True)
    president: bool
    present: bool | None = None
    """Whether they sat at the deliberation; unknown before it opens."""
    sworn_at: datetime | None = None
    """When they last stated on their honour which candidates they have a tie with, and that they have none else."""
    replaces: UUID | None = Field(default=None, foreign_key="jurors.id")
    """Who held the place before."""
    replaced_at: datetime | None = None
    replacement_reason: str | None = Field(default=None, max_length=4000)
    """Why the one before was replaced."""


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
