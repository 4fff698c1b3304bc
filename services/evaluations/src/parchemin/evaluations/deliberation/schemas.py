"""Proposals as the API shows them."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, CriterionLevel
from parchemin.evaluations.deliberation.policy import Ground


class CriterionProposal(BaseModel):
    """How the sheets judge one criterion."""

    criterion: str
    agreed: CriterionLevel = Field(description="The most frequent level; the lowest of those that tie")
    given: list[CriterionLevel] = Field(description="One for each signed sheet, from the lowest")


class ScoreView(BaseModel):
    """Points that the criteria of a competency brought."""

    model_config = ConfigDict(from_attributes=True)

    points: int
    needed: int
    most: int


class GroundsView(BaseModel):
    """Why the policy proposes what it does, for programs."""

    model_config = ConfigDict(from_attributes=True)

    ground: Ground
    criteria: list[str] = Field(
        description="Those that the ground is about; for `met` those that are met in part only",
        examples=[["C2.1"]],
    )
    of: int = Field(description="How many criteria the competency has; 0 where it was not assessed")
    partly_met_at_most: int | None = Field(description="Criteria that may be partly met, where the policy counts them")
    score: ScoreView | None = Field(description="Where the policy counts points")


class CompetencyProposal(BaseModel):
    """What the policy proposes for one competency, and what the jury decides."""

    competency: str
    proposed: CompetencyOutcome
    grounds: GroundsView
    explanation: str = Field(
        description="Why it is proposed, in words: French, or English by `Accept-Language`",
        examples=["C.2 non acquise : 1 critère sur 2 partiellement atteint, aucun n'est admis."],
    )
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
