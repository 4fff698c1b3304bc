"""Juries as the API shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.common.text import Paragraph
from parchemin.contracts.vocabulary import AccessPath
from parchemin.evaluations.sessions.schemas import ConflictKind


class JuryRulesView(BaseModel):
    """What a jury must be, as the certifier configured it."""

    code: str
    version: str
    source: str = Field(description="Where the rules stand")
    access_paths: list[AccessPath] | None = Field(
        description="They apply where a candidate of the session comes by one of these; null: always"
    )
    min_members: int = Field(description="Beside the president")
    min_size: int
    min_external_share: str = Field(examples=["1/2"], description="From outside the school")
    min_professional_share: str = Field(examples=["1/4"])
    min_qualified: int = Field(description="Qualified for the certification")
    each_sex: bool = Field(description="At least one woman and one man")


class JuryRulesViews(BaseModel):
    """All rules; a jury is held to those that apply to its candidates."""

    rules: list[JuryRulesView]
    min_graders: int = Field(description="Jurors without a conflict of interest who grade each candidate, at least")


class StatedTie(BaseModel):
    """A candidate whom the juror trained, employs or is related to."""

    model_config = ConfigDict(extra="forbid")

    enrolment_id: UUID
    kind: ConflictKind


class NewStatement(BaseModel):
    """*Je déclare sur l'honneur n'avoir avec les candidats de cette session d'autre lien que ceux que je nomme.*"""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"sworn": True, "conflicts": []}})

    sworn: Literal[True]
    conflicts: list[StatedTie] = Field(default=[], max_length=1000, description="The juror will not grade these")


class StatementView(BaseModel):
    """A sworn statement."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    session_id: UUID
    juror_id: UUID
    sworn_at: datetime
    candidates: int = Field(description="How many registrations the session had then")
    created_at: datetime
    updated_at: datetime


class NewReplacement(BaseModel):
    """A juror who cannot sit, and who takes the place."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "replaced": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c56",
                "by": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c58",
                "reason": "Train supprimé, prévenu le matin même.",
            }
        },
    )

    replaced: UUID
    by: UUID
    reason: Paragraph
