"""Accommodation plans as the API shows them."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from parchemin.candidates.accommodations.rules import MOST_MEASURES, MOST_PERCENT
from parchemin.common.numbers import WRITTEN_AS_A_NUMBER
from parchemin.common.text import Line
from parchemin.contracts.vocabulary import MeasureKind, MeasureScope

EXAMPLE: list[JsonValue] = [
    {"kind": "extra_time", "percent": 33, "applies_to": ["preparation", "evaluation"]},
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
        description="What is to be organised, never the reason for it; required for `equipment` and `other`",
    )


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
