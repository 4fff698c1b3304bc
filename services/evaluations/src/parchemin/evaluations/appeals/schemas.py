"""Appeals as the API shows them."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from parchemin.common.problems.validation import refusal
from parchemin.common.text import Paragraph
from parchemin.contracts.vocabulary import AppealRuling, CompetencyCode, CompetencyOutcome
from parchemin.evaluations.appeals.rules import AppealState


class NewAppeal(BaseModel):
    """An appeal against the results of a registration."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "registration_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "competencies": ["C.2"],
                "grounds": "Le temps majoré accordé n'a pas été appliqué à l'oral.",
            }
        },
    )

    registration_id: UUID
    competencies: list[CompetencyCode] = Field(min_length=1, max_length=100, description="Those that are contested")
    grounds: Paragraph


class Instruction(BaseModel):
    """What the staff found."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"report": "La majoration n'a pas été appliquée."}}
    )

    report: Paragraph


class RuledDecision(BaseModel):
    """What holds now for a contested competency."""

    model_config = ConfigDict(extra="forbid")

    competency: CompetencyCode
    acquired: bool = Field(strict=True)


class RulingEntry(BaseModel):
    """The certifier's answer, with its reason. Decisions go with `upheld`, and change something."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "ruling": "upheld",
                "reason": "La majoration de temps n'a pas été appliquée.",
                "decisions": [{"competency": "C.2", "acquired": True}],
            }
        },
    )

    ruling: AppealRuling
    reason: Paragraph
    decisions: list[RuledDecision] = Field(default=[], max_length=100)

    @model_validator(mode="after")
    def _decides_where_upheld(self) -> Self:
        if (self.ruling is AppealRuling.UPHELD) != bool(self.decisions):
            raise refusal(
                "for_upheld_only",
                fr="`decisions` accompagne `upheld`, et lui seul.",
                en="`decisions` goes with `upheld`, and with it alone.",
            )
        return self


class DecisionView(BaseModel):
    """A decision on a contested competency, the jury's or a ruling's."""

    competency: str
    number: int = Field(description="1 for the jury's, 2 for the first ruling, and so on")
    outcome: CompetencyOutcome
    decided_on: date
    standing: bool


class AppealView(BaseModel):
    """An appeal, with the decisions on what it contests."""

    id: UUID
    registration_id: UUID
    session_id: UUID
    enrolment_id: UUID
    competencies: list[str]
    grounds: str | None = Field(description="Null once the person was erased, as `report`")
    state: AppealState
    report: str | None = Field(description="What the staff found; not shown to the candidate before the ruling")
    reason: str | None = Field(description="Of the ruling")
    ruled_at: datetime | None
    decisions: list[DecisionView]
    created_at: datetime
    updated_at: datetime
