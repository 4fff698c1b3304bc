"""Proposals as the API shows them."""

from uuid import UUID

from pydantic import BaseModel, Field

from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, CriterionLevel


class CriterionProposal(BaseModel):
    """How the sheets judge one criterion."""

    criterion: str
    agreed: CriterionLevel = Field(description="The most frequent level; the lowest of those that tie")
    given: list[CriterionLevel] = Field(description="One for each signed sheet, from the lowest")


class CompetencyProposal(BaseModel):
    """What the policy proposes for one competency, and what the jury decides."""

    competency: str
    proposed: CompetencyOutcome
    decided: CompetencyOutcome
    reason: str | None = Field(description="Of a departure from the proposal")
    criteria: list[CriterionProposal]


class ProposalView(BaseModel):
    """What the deliberation is about, for one registration."""

    registration_id: UUID
    enrolment_id: UUID
    candidate_id: UUID
    modality: str
    attendance: Attendance
    competencies: list[CompetencyProposal]
    blocks_to_validate: list[int] = Field(description="Of the enrolment, if the session closed as it stands")
    certification_to_award: bool = Field(description="If the session closed as it stands")
