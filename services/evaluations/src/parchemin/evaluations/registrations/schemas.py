"""Registrations as the API shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parchemin.common.numbers import WRITTEN_AS_A_NUMBER
from parchemin.common.text import Paragraph
from parchemin.contracts.vocabulary import (
    Attendance,
    CompetencyOutcome,
    MeasureKind,
    MeasureScope,
    ModalityCode,
)

CompetencyPath = Annotated[str, StringConstraints(pattern=r"^C\.[0-9]{1,3}$")]


class NewRegistration(BaseModel):
    """An enrolment to be registered for one modality of a session."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "session_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "enrolment_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c56",
                "modality": "M1",
            }
        },
    )

    session_id: UUID
    enrolment_id: UUID
    modality: ModalityCode


class MeasureView(BaseModel):
    """A granted measure, for those who organise and those who sit: what is done, never why."""

    kind: MeasureKind
    percent: int | None = Field(description="Extra time, in per cent")
    applies_to: list[MeasureScope]
    detail: str | None


class VoteEntry(BaseModel):
    """The voices on a departure from the proposal, of the present members who have no tie with the candidate."""

    model_config = ConfigDict(extra="forbid")

    in_favour: Annotated[int, Field(ge=0, le=100), WRITTEN_AS_A_NUMBER]
    against: Annotated[int, Field(ge=0, le=100), WRITTEN_AS_A_NUMBER] = 0
    abstentions: Annotated[int, Field(ge=0, le=100), WRITTEN_AS_A_NUMBER] = 0
    president_in_favour: bool = Field(default=True, strict=True, description="Decides on a tie")


class OverrideEntry(BaseModel):
    """What the jury decides, whatever the proposal says."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "acquired": True,
                "reason": "L'oral a établi la maîtrise du traitement des déclarations.",
            }
        },
    )

    acquired: bool = Field(strict=True)
    reason: Paragraph = Field(description="Printed in the minutes")
    vote: VoteEntry | None = Field(default=None, description="Unanimous where none is told")


class OverrideView(BaseModel):
    """A departure from the proposal."""

    model_config = ConfigDict(from_attributes=True)

    competency: str
    acquired: bool
    reason: str
    vote: VoteEntry | None


class ResultView(BaseModel):
    """What the closed session decided for one competency, or a ruling since."""

    competency: str
    outcome: CompetencyOutcome
    proposed: CompetencyOutcome
    reason: str | None
    number: int = Field(description="1 for the jury's decision, 2 for the first ruling on appeal, and so on")
    explanation: str | None = Field(
        description="Why it was proposed, in words: French, or English by `Accept-Language`; null for a ruling",
        examples=["C.2 non acquise : 1 critère sur 2 partiellement atteint, aucun n'est admis."],
    )


class RegistrationView(BaseModel):
    """A candidate's enrolment for one modality of a session."""

    id: UUID
    session_id: UUID
    enrolment_id: UUID
    candidate_id: UUID
    modality: str
    attendance: Attendance | None = Field(description="Null until the candidate was called")
    counts_as_attempt: bool | None = Field(description="An excused absence does not; null until they were called")
    arrived_at: datetime | None
    late: bool | None = Field(description="Whether they came later than is tolerated; null where it is not measured")
    measures: list[MeasureView]
    assessed_competencies: list[str] = Field(description="Those that the jury grades: not yet acquired, nor exempt")
    assessed_criteria: list[str] = Field(description="Those that a sheet gives a level to")
    overrides: list[OverrideView]
    results: list[ResultView] = Field(
        description="Empty until the session is closed; for programs and candidates, until its results are published"
    )
    created_at: datetime
    updated_at: datetime
