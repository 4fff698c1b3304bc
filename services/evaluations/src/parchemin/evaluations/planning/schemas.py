"""Timetables and slots as the API shows them."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from parchemin.common.dates import Day
from parchemin.common.numbers import WRITTEN_AS_A_NUMBER
from parchemin.common.problems.validation import refusal
from parchemin.contracts.vocabulary import ModalityCode
from parchemin.evaluations.instants import WholeMinute

LocalTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""`09:30`, as the school's clocks show it."""
LONGEST = 92
"""Days from the first of a timetable to its last."""


class Break(BaseModel):
    """A time of the day without slots."""

    model_config = ConfigDict(extra="forbid")

    starts: LocalTime
    ends: LocalTime

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.starts >= self.ends:
            raise refusal("ends_before", fr="La fin précède le début.", en="It ends before it starts.")
        return self


class OpenDay(BaseModel):
    """A day of the session: when slots may be."""

    model_config = ConfigDict(extra="forbid")

    date: Day
    opens: LocalTime
    closes: LocalTime
    breaks: list[Break] = Field(default=[], max_length=10)

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Self:
        if self.opens >= self.closes:
            raise refusal("ends_before", fr="La fin précède le début.", en="It ends before it starts.")
        return self


class ModalityDuration(BaseModel):
    """How long a candidate prepares and is assessed, before their extra time."""

    model_config = ConfigDict(extra="forbid")

    modality: ModalityCode
    preparation_minutes: Annotated[int, Field(ge=0, le=600), WRITTEN_AS_A_NUMBER] = 0
    evaluation_minutes: Annotated[int, Field(ge=1, le=600), WRITTEN_AS_A_NUMBER]


class TimetableEntry(BaseModel):
    """Within what a session is planned."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "rooms": ["0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c60"],
                "days": [
                    {
                        "date": "2026-06-15",
                        "opens": "09:00",
                        "closes": "17:30",
                        "breaks": [{"starts": "12:30", "ends": "13:30"}],
                    }
                ],
                "durations": [{"modality": "M1", "preparation_minutes": 20, "evaluation_minutes": 40}],
                "rest_minutes": 30,
                "panel_size": None,
            }
        },
    )

    rooms: list[UUID] = Field(min_length=1, max_length=50)
    days: list[OpenDay] = Field(min_length=1, max_length=31)
    durations: list[ModalityDuration] = Field(min_length=1, max_length=20)
    rest_minutes: Annotated[int, Field(ge=0, le=600), WRITTEN_AS_A_NUMBER] = Field(
        default=0, description="Between two slots of one candidate, at least"
    )
    panel_size: Annotated[int, Field(ge=1, le=21), WRITTEN_AS_A_NUMBER] | None = Field(
        default=None, description="Jurors of each slot; null: the whole jury, less those in conflict"
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        days = [day.date for day in self.days]
        for named in (self.rooms, days, [duration.modality for duration in self.durations]):
            if len(set(named)) < len(named):
                raise refusal("named_twice", fr="Un élément figure deux fois.", en="Something is named twice.")
        if (max(days) - min(days)).days > LONGEST:
            raise refusal(
                "days_too_far_apart",
                fr=f"Plus de {LONGEST} jours séparent le premier du dernier.",
                en=f"More than {LONGEST} days lie between the first and the last.",
            )
        if not 2000 <= min(days).year <= max(days).year <= 2200:
            raise refusal("out_of_range", fr="Cette date est hors limites.", en="This date is out of range.")
        return self


class BreakView(BaseModel):
    """A time of the day without slots."""

    starts: str
    ends: str


class OpenDayView(BaseModel):
    """A day of the session."""

    date: date
    opens: str
    closes: str
    breaks: list[BreakView]


class TimetableView(BaseModel):
    """Within what a session is planned. Its ETag is the session's."""

    session_id: UUID
    time_zone: str = Field(description="Of the local times: an IANA name")
    rooms: list[UUID]
    days: list[OpenDayView]
    durations: list[ModalityDuration]
    rest_minutes: int
    panel_size: int | None


class PlanView(BaseModel):
    """What planning did."""

    slots: int = Field(description="Slots of the plan")
    kept: int = Field(description="As they were")
    moved: int = Field(description="Of the plan before, changed")
    added: int = Field(description="For registrations that had none")


class SlotPlace(BaseModel):
    """Where a slot is."""

    place_id: UUID
    place: str
    room_id: UUID
    room: str
    floor: str | None
    accessible: bool


class SlotView(BaseModel):
    """When and where a registration is assessed. UTC."""

    id: UUID
    session_id: UUID
    registration_id: UUID
    enrolment_id: UUID
    modality: str
    where: SlotPlace
    preparation_starts_at: datetime = Field(description="The candidate is expected; equal to the next where none")
    evaluation_starts_at: datetime
    ends_at: datetime
    panel: list[UUID] | None = Field(description="Jurors; null for the candidate")
    created_at: datetime
    updated_at: datetime


class SlotMove(BaseModel):
    """Where and when a slot is to be. Its length follows from the timetable and the candidate's measures."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "room_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c60",
                "preparation_starts_at": "2026-06-15T10:20:00+02:00",
            }
        },
    )

    room_id: UUID
    preparation_starts_at: WholeMinute
    panel: list[UUID] | None = Field(default=None, min_length=1, max_length=21, description="As it is where null")
