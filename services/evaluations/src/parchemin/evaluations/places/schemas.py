"""Places and rooms as the API shows them."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from parchemin.common.numbers import WRITTEN_AS_A_NUMBER
from parchemin.common.problems.validation import refusal
from parchemin.common.text import Line, Name, Paragraph
from parchemin.evaluations.instants import Instant

ROOM_ID = "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c60"


def _with_example(**example: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": example})


class PlaceEntry(BaseModel):
    """A place: what is sent to enter or to change one."""

    model_config = _with_example(
        name="Studio des Batignolles",
        address_lines=["12 rue des Dames", "Bâtiment B"],
        postal_code="75017",
        city="Paris",
        access_notes="Entrée de plain-pied au 14.",
    )

    name: Line
    address_lines: list[Line] = Field(min_length=1, max_length=5)
    postal_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z][0-9A-Z -]{1,15}$")]
    city: Name
    access_notes: Paragraph | None = Field(default=None, description="How to get in, also by wheelchair")
    active: bool = Field(default=True, strict=True, description="False: no new plan uses its rooms")


class PlaceView(PlaceEntry):
    """A place."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")

    id: UUID
    created_at: datetime
    updated_at: datetime


class RoomEntry(BaseModel):
    """A room: what is sent to enter or to change one."""

    model_config = _with_example(
        place_id="0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c59",
        name="Salle 3",
        floor="Rez-de-chaussée",
        capacity=1,
        accessible=True,
    )

    place_id: UUID
    name: Name
    floor: Name | None = None
    capacity: Annotated[int, Field(ge=1, le=500), WRITTEN_AS_A_NUMBER] = Field(
        description="Candidates who may prepare or be assessed at once"
    )
    accessible: bool = Field(strict=True, description="Reached and used with a wheelchair")
    active: bool = Field(default=True, strict=True, description="False: no new plan uses it")


class RoomView(RoomEntry):
    """A room."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")

    id: UUID
    created_at: datetime
    updated_at: datetime


class _Window(BaseModel):
    starts_at: Instant
    ends_at: Instant

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.starts_at >= self.ends_at:
            raise refusal("ends_before", fr="La fin précède le début.", en="It ends before it starts.")
        return self


class NewClosure(_Window):
    """A time for which a room cannot be used."""

    model_config = _with_example(
        room_id=ROOM_ID, starts_at="2026-06-15T08:00:00+02:00", ends_at="2026-06-15T10:00:00+02:00"
    )

    room_id: UUID


class ClosureView(BaseModel):
    """A time for which a room cannot be used."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    room_id: UUID
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    updated_at: datetime


class NewUnavailability(_Window):
    """A time for which a juror is away."""

    model_config = _with_example(starts_at="2026-06-15T14:00:00+02:00", ends_at="2026-06-15T18:00:00+02:00")

    juror_id: UUID | None = Field(default=None, description="The calling juror where none is named")


class UnavailabilityView(BaseModel):
    """A time for which a juror is away."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    juror_id: UUID
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    updated_at: datetime
