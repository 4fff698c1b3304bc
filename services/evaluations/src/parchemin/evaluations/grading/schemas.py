"""Sheets as the API shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.common.text import Paragraph
from parchemin.contracts.vocabulary import CompetencyCode, CompetencyOpinion, CriterionCode, CriterionLevel


class LevelEntry(BaseModel):
    """A juror's finding on one criterion."""

    model_config = ConfigDict(extra="forbid")

    criterion: CriterionCode
    level: CriterionLevel
    comment: Paragraph | None = Field(default=None, description="Required to sign where the level is `not_met`")


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
                    {"criterion": "C1.1", "level": "met"},
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
    created_at: datetime
    updated_at: datetime
