"""Registrations as the API shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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


class OverrideView(BaseModel):
    """A departure from the proposal."""

    model_config = ConfigDict(from_attributes=True)

    competency: str
    acquired: bool
    reason: str


class ResultView(BaseModel):
    """What the closed session decided for one competency."""

    model_config = ConfigDict(from_attributes=True)

    competency: str
    outcome: CompetencyOutcome
    proposed: CompetencyOutcome
    reason: str | None


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
    results: list[ResultView] = Field(description="Empty until the session is closed")
    created_at: datetime
    updated_at: datetime
