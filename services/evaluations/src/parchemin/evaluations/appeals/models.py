"""Appeals against what a session decided."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.appeals.rules import OPEN, AppealState
from parchemin.evaluations.base import Base

_STATES = ", ".join(f"'{state}'" for state in AppealState)
_OPEN = text(f"state IN ({', '.join(sorted(repr(str(state)) for state in OPEN))})")


class Appeal(Aggregate, Base, table=True):
    """One appeal: against the results of one registration. One at a time is open."""

    __tablename__ = "appeals"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("(ruled_at IS NOT NULL) = (state IN ('upheld', 'rejected', 'inadmissible'))", name="ruled"),
        CheckConstraint("(ruled_at IS NULL) = (reason IS NULL)", name="reasoned"),
        Index("uq_appeals_open", "registration_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    registration_id: UUID = Field(foreign_key="registrations.id")
    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    enrolment_id: UUID = Field(foreign_key="known_enrolments.id", index=True)
    competencies: list[str] = Field(sa_type=JSON)
    """Those whose decision is contested."""
    sealed_for: UUID = Field(index=True)
    """The candidate, under whose key grounds and report are sealed; null once they were erased."""
    grounds: bytes | None = None
    filed_by: str = Field(max_length=255)
    """Subject of the staff that filed it; the candidate's id where they did themselves."""
    state: str = Field(default=AppealState.FILED, max_length=20)
    report: bytes | None = None
    """What the staff found when it instructed the appeal."""
    reason: str | None = Field(default=None, max_length=4000)
    ruled_by: str | None = Field(default=None, max_length=255)
    ruled_at: datetime | None = None
