"""Places, their rooms, and when these are closed; when jurors are away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class Place(Aggregate, Base, table=True):
    """A building where sessions are held."""

    __tablename__ = "places"

    name: str = Field(max_length=300)
    address_lines: list[str] = Field(sa_type=JSON)
    postal_code: str = Field(max_length=16)
    city: str = Field(max_length=120)
    access_notes: str | None = Field(default=None, max_length=4000)
    active: bool = True


class Room(Aggregate, Base, table=True):
    """A room of a place; `capacity` candidates may prepare or be assessed in it at once."""

    __tablename__ = "rooms"
    __table_args__ = (UniqueConstraint("place_id", "name"), CheckConstraint("capacity >= 1", name="capacity"))

    place_id: UUID = Field(foreign_key="places.id")
    name: str = Field(max_length=120)
    floor: str | None = Field(default=None, max_length=120)
    capacity: int
    accessible: bool
    active: bool = True


class Closure(Aggregate, Base, table=True):
    """A time for which a room cannot be used. Never changes: it is taken away, and another one is made."""

    __tablename__ = "room_closures"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="span"), Index(None, "room_id", "ends_at"))

    room_id: UUID = Field(foreign_key="rooms.id")
    starts_at: datetime
    ends_at: datetime


class Unavailability(Aggregate, Base, table=True):
    """A time for which a juror is away, without the reason. Never changes, as a closure."""

    __tablename__ = "unavailabilities"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="span"), Index(None, "juror_id", "ends_at"))

    juror_id: UUID = Field(foreign_key="jurors.id")
    starts_at: datetime
    ends_at: datetime
