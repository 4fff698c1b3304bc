"""Accommodation plans as the API shows them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from parchemin.candidates.accommodations.rules import MOST_MEASURES, MOST_PERCENT, ReviewOutcome
from parchemin.common.numbers import WRITTEN_AS_A_NUMBER
from parchemin.common.text import Line
from parchemin.contracts.vocabulary import MeasureKind, MeasureScope

EXAMPLE: list[JsonValue] = [
    {
        "kind": "extra_time",
        "percent": 33,
        "applies_to": ["preparation", "evaluation"],
        "valid_from": "2026-01-01",
        "valid_until": "2027-08-31",
    },
    {"kind": "accessible_premises", "detail": "salle en rez-de-chaussée"},
]


def _each_once(scopes: Collection[MeasureScope]) -> list[MeasureScope]:
    return [scope for scope in MeasureScope if scope in scopes]


class MeasureEntry(BaseModel):
    """A reasonable accommodation: what is done, never why. The school and the jury read it."""

    model_config = ConfigDict(extra="forbid")

    kind: MeasureKind
    percent: Annotated[int, Field(ge=1, le=MOST_PERCENT), WRITTEN_AS_A_NUMBER] | None = Field(
        default=None,
        description="Extra time, in per cent of the normal time; required for `extra_time`, and for it only",
    )
    applies_to: Annotated[list[MeasureScope], AfterValidator(_each_once)] = Field(
        default=[], max_length=10, description="Required for `extra_time`"
    )
    detail: Line | None = Field(
        default=None,
        description="What is to be organised, never the reason for it: the school, the jury and the convocation show "
        "it. A word that names an illness is refused. Required for `equipment` and `other`",
    )
    valid_from: date | None = Field(default=None, description="The first day on which it holds; none: from the first")
    valid_until: date | None = Field(default=None, description="The last day on which it holds; none: without end")


class Measures(BaseModel):
    """All measures of an enrolment."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"measures": EXAMPLE}})

    measures: list[MeasureEntry] = Field(min_length=1, max_length=MOST_MEASURES)


class NewAccommodation(Measures):
    """The measures of an enrolment that has none yet."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"enrolment_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55", "measures": EXAMPLE}},
    )

    enrolment_id: UUID


class AccommodationView(BaseModel):
    """The measures granted to an enrolment."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    enrolment_id: UUID
    measures: list[MeasureEntry]
    created_at: datetime
    updated_at: datetime


class ReviewEntry(BaseModel):
    """What the officer found of the measures, before a session."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{}, {"measures": [{"kind": "accessible_premises"}]}]}
    )

    measures: list[MeasureEntry] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_MEASURES,
        description="All measures from now on, where they are adjusted; confirmed as they are, where there are none",
    )


class ReviewView(BaseModel):
    """A review of a plan."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    accommodation_id: UUID
    session_id: UUID
    outcome: ReviewOutcome
    reviewed_on: date
    created_at: datetime
    updated_at: datetime


class DueReview(BaseModel):
    """A session to which somebody with measures is convened, and for which nobody has looked at them."""

    id: UUID
    organisation_id: UUID
    accommodation_id: UUID
    enrolment_id: UUID
    session_id: UUID
    held_on: date
    created_at: datetime
    updated_at: datetime
