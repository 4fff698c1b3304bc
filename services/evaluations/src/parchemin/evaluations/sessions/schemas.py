"""Sessions as the API shows them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from parchemin.common.dates import Day
from parchemin.common.problems.validation import refusal
from parchemin.common.text import Line
from parchemin.contracts.vocabulary import ModalityCode, SessionState
from parchemin.evaluations.deliberation.votes import Adoption
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat


class Jury(BaseModel):
    """Who sits: ids of jurors of the pool."""

    model_config = ConfigDict(extra="forbid")

    president: UUID
    members: list[UUID] = Field(max_length=20)


class SessionEntry(BaseModel):
    """A session: what is sent to plan it, or to change the plan while it is a draft."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "place": "Paris, plateau A",
                "held_on": "2026-06-15",
                "modalities": ["M1", "M2"],
                "jury": {
                    "president": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                    "members": [
                        "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c56",
                        "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c57",
                    ],
                },
            }
        },
    )

    place: Line
    held_on: Day
    modalities: list[ModalityCode] = Field(min_length=1, max_length=20)
    jury: Jury
    referential_version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$")] | None = Field(
        default=None, description="The current version where none is named"
    )


class SeatView(BaseModel):
    """A seat of the jury."""

    model_config = ConfigDict(from_attributes=True)

    juror_id: UUID
    president: bool
    present: bool | None = Field(description="Whether they sat at the deliberation; null before it closed")


class SessionView(BaseModel):
    """An evaluation session."""

    id: UUID
    organisation_id: UUID
    referential_version: str
    place: str
    held_on: date
    modalities: list[str]
    state: SessionState
    jury: list[SeatView]
    deliberated_on: date | None
    adopted_by: Adoption | None = Field(description="How the decisions were adopted as a whole")
    policy: str | None = Field(
        description="The validation policy that the proposals were made by; null before it closed"
    )
    results_at: datetime | None = Field(
        description="When the results become known outside the jury and the staff; null before it closed"
    )
    published_at: datetime | None = Field(description="Null until they are")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, held: EvaluationSession, seats: list[JurySeat]) -> "SessionView":
        """The session with its jury, the president first."""
        ordered = sorted(seats, key=lambda seat: (not seat.president, seat.juror_id))
        return cls(
            **held.model_dump(include=set(cls.model_fields)),
            jury=[SeatView.model_validate(seat) for seat in ordered],
        )


class StateChange(BaseModel):
    """The state that a session is to have next.

    `present` is for `deliberating` and `closed`: the jurors who sit (all where none are given; at the closing, those
    who sat at the opening). The rest is for `closed`: the day of the deliberation (today where none is given), how its
    decisions were adopted as a whole (unanimously), and when the results become known outside the jury and the staff
    (at once).
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"state": "open"}})

    state: Literal["open", "running", "deliberating", "closed", "cancelled"]
    deliberated_on: Day | None = None
    present: list[UUID] | None = Field(default=None, max_length=21)
    adopted_by: Adoption | None = None
    publish_at: AwareDatetime | None = Field(default=None, description="A moment that has passed: at once")

    @model_validator(mode="after")
    def _closing_says_more(self) -> Self:
        closing = {"deliberated_on": self.deliberated_on, "adopted_by": self.adopted_by, "publish_at": self.publish_at}
        told = [name for name, value in closing.items() if value is not None]
        if told and self.state != "closed":
            raise refusal(
                "for_closing_only",
                fr=f"`{told[0]}` accompagne l'état `closed`.",
                en=f"`{told[0]}` goes with the state `closed`.",
            )
        if self.present is not None and self.state not in {"deliberating", "closed"}:
            raise refusal(
                "for_deliberation_only",
                fr="`present` accompagne les états `deliberating` et `closed`.",
                en="`present` goes with the states `deliberating` and `closed`.",
            )
        return self


class Publication(BaseModel):
    """When the results of a closed session become known outside the jury and the staff."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"publish_at": "2026-07-01T18:00:00+02:00"}}
    )

    publish_at: AwareDatetime = Field(description="A moment that has passed: at once")


class ConflictKind(StrEnum):
    """Why a juror does not grade a candidate."""

    TRAINED = "trained"
    EMPLOYS = "employs"
    RELATED = "related"


class NewConflict(BaseModel):
    """A tie between a juror and a candidate."""

    model_config = ConfigDict(extra="forbid")

    juror_id: UUID
    enrolment_id: UUID
    kind: ConflictKind


class ConflictView(BaseModel):
    """A tie between a juror and a candidate: the juror does not grade them."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    juror_id: UUID
    enrolment_id: UUID
    kind: ConflictKind
    created_at: datetime
    updated_at: datetime
