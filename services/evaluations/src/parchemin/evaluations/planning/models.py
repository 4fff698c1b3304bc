"""The settings of a session's plan, and its slots."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class Timetable(Base, table=True):
    """Within what a session is planned; its version is the session's, of which it is a part."""

    __tablename__ = "timetables"

    session_id: UUID = Field(primary_key=True, foreign_key="sessions.id")
    days: list[dict[str, Any]] = Field(sa_type=JSON)
    """`date`, `opens`, `closes`, `breaks`: local times of the school."""
    durations: list[dict[str, Any]] = Field(sa_type=JSON)
    """`modality`, `preparation_minutes`, `evaluation_minutes`."""
    rest_minutes: int
    panel_size: int | None


class TimetableRoom(Base, table=True):
    """A room that the session may use."""

    __tablename__ = "timetable_rooms"

    session_id: UUID = Field(primary_key=True, foreign_key="timetables.session_id")
    room_id: UUID = Field(primary_key=True, foreign_key="rooms.id", index=True)


class Slot(Aggregate, Base, table=True):
    """When and where a registration is assessed. Its row stays through all plans, and its version grows with them."""

    __tablename__ = "slots"
    __table_args__ = (
        CheckConstraint(
            "preparation_starts_at <= evaluation_starts_at AND evaluation_starts_at < ends_at", name="order"
        ),
        Index(None, "room_id", "ends_at"),
        Index(None, "enrolment_id"),
        Index(None, "session_id"),
    )

    registration_id: UUID = Field(foreign_key="registrations.id", unique=True)
    session_id: UUID = Field(foreign_key="sessions.id")
    enrolment_id: UUID = Field(foreign_key="known_enrolments.id")
    modality: str = Field(max_length=16)
    room_id: UUID = Field(foreign_key="rooms.id")
    preparation_starts_at: datetime
    evaluation_starts_at: datetime
    ends_at: datetime


class SlotJuror(Base, table=True):
    """A juror of a slot's panel. One who left it stays as such, so that their calendar can say so."""

    __tablename__ = "slot_jurors"

    slot_id: UUID = Field(primary_key=True, foreign_key="slots.id")
    juror_id: UUID = Field(primary_key=True, foreign_key="jurors.id", index=True)
    sits: bool = True
