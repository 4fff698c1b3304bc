"""Sheets as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from parchemin.common.text import Paragraph
from parchemin.contracts.vocabulary import (
    CompetencyCode,
    CompetencyOpinion,
    CriterionCode,
    CriterionLevel,
    Sha256,
)

Written = Annotated[CriterionLevel | None, Field(description="Found in the written production")]
Oral = Annotated[CriterionLevel | None, Field(description="Found at the oral")]
Level = Annotated[
    CriterionLevel | None,
    Field(description="The juror's conclusion, which the deliberation reads. Required to sign; between both parts"),
]
Comment = Annotated[Paragraph | None, Field(description="Required to sign where the level is `not_met`")]
Observation = Annotated[Paragraph | None, Field(description="What the juror noted, for themselves and the jury")]
Question = Annotated[Paragraph | None, Field(description="What was asked at the oral")]


class LevelEntry(BaseModel):
    """A juror's finding on one criterion. In a draft all but the criterion may still be missing."""

    model_config = ConfigDict(extra="forbid")

    criterion: CriterionCode
    level: Level = None
    written: Written = None
    oral: Oral = None
    comment: Comment = None
    observation: Observation = None
    question: Question = None


class OpinionEntry(BaseModel):
    """A juror's own opinion on a competency, for the deliberation; the policy reads the levels."""

    model_config = ConfigDict(extra="forbid")

    competency: CompetencyCode
    opinion: CompetencyOpinion


class SheetContent(BaseModel):
    """What a juror found, in the written production and the oral."""

    model_config = ConfigDict(extra="forbid")

    levels: list[LevelEntry] = Field(max_length=1000)
    opinions: list[OpinionEntry] = Field(default=[], max_length=200)


class SheetEntry(SheetContent):
    """A sheet to be saved: as a draft, or signed at once."""

    state: Literal["draft", "signed"] = "draft"


class NewSheet(SheetEntry):
    """The caller's sheet for a registration."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "registration_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "levels": [
                    {
                        "criterion": "C1.1",
                        "written": "partly_met",
                        "oral": "met",
                        "level": "met",
                        "question": "Comment le public cible a-t-il été choisi ?",
                    },
                    {
                        "criterion": "C1.2",
                        "level": "not_met",
                        "comment": "Les publics cibles ne sont pas définis.",
                    },
                ],
                "state": "draft",
            }
        },
    )

    registration_id: UUID


class LevelPatch(BaseModel):
    """What changes in a finding: members that are not named stay, `null` takes one away."""

    model_config = ConfigDict(extra="forbid")

    level: Level = None
    written: Written = None
    oral: Oral = None
    comment: Comment = None
    observation: Observation = None
    question: Question = None


_CODES_ONLY: dict[str, JsonValue] = {"additionalProperties": False}
"""Pydantic refuses other keys, and its schema does not say so."""


class SheetPatch(BaseModel):
    """What changes in a draft (RFC 7396): findings by the code of their criterion, opinions by that of their
    competency. What is not named stays, `null` takes it away."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"levels": {"C1.1": {"oral": "met"}, "C1.2": None}, "opinions": {"C.1": "favourable"}}
        },
    )

    levels: dict[CriterionCode, LevelPatch | None] = Field(default={}, max_length=1000, json_schema_extra=_CODES_ONLY)
    opinions: dict[CompetencyCode, CompetencyOpinion | None] = Field(
        default={}, max_length=200, json_schema_extra=_CODES_ONLY
    )
    state: Literal["draft", "signed"] = Field(default="draft", description="`signed` signs what results")


class Correction(SheetContent):
    """A signed sheet, corrected: the whole of it anew, and why."""

    reason: Paragraph


class SheetView(BaseModel):
    """One juror's sheet for one registration."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    session_id: UUID
    registration_id: UUID
    juror_id: UUID
    number: int = Field(description="1 for the sheet, 2 for its first correction, and so on")
    state: Literal["draft", "signed", "corrected"]
    levels: list[LevelEntry]
    opinions: list[OpinionEntry]
    signed_at: datetime | None
    reason: str | None = Field(description="Of a correction")
    digest: Sha256 | None = Field(description="SHA-256 of all that was signed, in canonical JSON; none on a draft")
    comments_erased_at: datetime | None = Field(
        default=None,
        description="When the comments went with the data of the person: the digest is of what was signed before that",
    )
    created_at: datetime
    updated_at: datetime
