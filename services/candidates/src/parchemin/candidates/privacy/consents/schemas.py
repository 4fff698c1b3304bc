"""Consents as the API shows them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from parchemin.candidates.privacy.consents.rules import Channel, ConsentCode
from parchemin.common.dates import Day
from parchemin.common.text import Code


class PaperProof(BaseModel):
    """A consent that came on paper."""

    model_config = ConfigDict(extra="forbid")

    reference: Code = Field(description="Of the paper in the school's filing; no name")
    signed_on: Day


class NewConsentEntry(BaseModel):
    """A consent that is given or withdrawn."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"consent": "photo", "given": True, "text_version": "2026-1", "paper": None}},
    )

    consent: ConsentCode
    given: StrictBool = Field(description="False withdraws it")
    text_version: str = Field(min_length=1, max_length=20, description="Of the text that the person was shown")
    paper: PaperProof | None = Field(default=None, description="Where staff record what the person signed")


class ConsentEntryView(BaseModel):
    """One entry of the history."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    candidate_id: UUID
    consent: ConsentCode
    number: int
    given: bool
    text_version: str
    channel: Channel
    reference: str | None
    told_on: date
    created_at: datetime
    updated_at: datetime


class ConsentView(BaseModel):
    """Where one consent stands, with the text as it holds today."""

    consent: ConsentCode
    given: bool
    told_on: date | None
    given_text_version: str | None = Field(description="Of the text that was consented to; null where none was")
    text_version: str = Field(description="Of the text that holds today: what a new entry names")
    text: str


class ConsentsView(BaseModel):
    """All consents of the closed list."""

    candidate_id: UUID
    items: list[ConsentView]
