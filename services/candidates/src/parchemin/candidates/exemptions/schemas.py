"""Exemptions as the API shows them."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from parchemin.candidates.exemptions.rules import ExemptionState
from parchemin.common.problems.validation import refusal
from parchemin.common.text import Paragraph
from parchemin.contracts.vocabulary import CompetencyCode, ExemptionDecision


class NewExemption(BaseModel):
    """An exemption that the disability officer argues for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "enrolment_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "competency": "C.14",
                "argument": "Le contrôle quotidien sur plateau ne peut pas être évalué.",
                "working_conditions": "Poste visé en production, au bureau.",
            }
        },
    )

    enrolment_id: UUID
    competency: CompetencyCode
    argument: Paragraph = Field(description="Why the competency cannot be assessed; sealed at rest")
    working_conditions: Paragraph = Field(
        description="How the candidate's future working conditions justify the exemption; sealed at rest"
    )


class ExemptionRuling(BaseModel):
    """What the certifier answers, who weighs the future working conditions and the integrity of the attestation."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "decision": "granted",
                "reason": "Les fonctions visées, au bureau, ne comportent pas de contrôle sur plateau.",
                "integrity": "Les autres compétences du bloc attestent la coordination de la production.",
            }
        },
    )

    decision: ExemptionDecision
    reason: Paragraph = Field(
        description="Why, with regard to the argument and the future working conditions; sealed at rest"
    )
    integrity: Paragraph | None = Field(
        default=None,
        description="Why the attestation of competencies is not distorted; required to grant; sealed at rest",
    )

    @model_validator(mode="after")
    def _integrity_is_argued(self) -> Self:
        if self.decision is ExemptionDecision.GRANTED and self.integrity is None:
            raise refusal(
                "integrity_missing",
                fr="Dites en quoi l'attestation de compétences n'est pas dénaturée.",
                en="Say why the attestation of competencies is not distorted.",
            )
        return self


class ExemptionSummary(BaseModel):
    """An exemption without its texts."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    enrolment_id: UUID
    competency: CompetencyCode
    state: ExemptionState
    decided_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ExemptionView(ExemptionSummary):
    """An exemption with its texts; each reading of it is recorded."""

    argument: str | None = Field(description="Null, as every text, where the candidate withdrew their consent")
    working_conditions: str | None
    reason: str | None
    integrity: str | None
