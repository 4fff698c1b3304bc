"""Registrations: a candidate's enrolment for one modality of a session."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import Attendance
from parchemin.evaluations.base import Base

_ATTENDANCES = ", ".join(f"'{attendance}'" for attendance in Attendance)


class Registration(Aggregate, Base, table=True):
    """One line of the session's list."""

    __tablename__ = "registrations"
    __table_args__ = (
        UniqueConstraint("session_id", "enrolment_id", "modality"),
        CheckConstraint(f"attendance IN ({_ATTENDANCES})", name="attendance"),
    )

    session_id: UUID = Field(foreign_key="sessions.id")
    enrolment_id: UUID = Field(foreign_key="known_enrolments.id", index=True)
    modality: str = Field(max_length=16)
    attendance: str | None = Field(default=None, max_length=20)
