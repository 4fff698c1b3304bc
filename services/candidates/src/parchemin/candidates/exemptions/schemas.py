"""Exemptions as the API shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.exemptions.rules import ExemptionState
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
    working_conditions: Paragraph | None = Field(
        default=None, description="How the future working conditions justify the exemption; sealed at rest"
    )


class ExemptionRuling(BaseModel):
    """What the certifier answers."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"decision": "granted", "reason": "Proposition fondée, attestation non dénaturée."}
        },
    )

    decision: ExemptionDecision
    reason: Paragraph = Field(description="Sealed at rest")


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

    argument: str
    working_conditions: str | None
    reason: str | None
