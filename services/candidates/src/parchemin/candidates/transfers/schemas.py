"""Transfers as the API shows them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.transfers.rules import Consent, TransferState
from parchemin.common.dates import Day
from parchemin.common.text import Code
from parchemin.contracts.vocabulary import AccessPath, Sha256


class NewTransfer(BaseModel):
    """An enrolment that is proposed to another school."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"enrolment_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55", "to_organisation": "IMI"}
        },
    )

    enrolment_id: UUID
    to_organisation: Code = Field(description="Code of the receiving school")


class RecordedConsent(BaseModel):
    """A consent that the candidate gave on paper; the school keeps it."""

    model_config = ConfigDict(extra="forbid")

    given_on: Day
    sha256: Sha256 = Field(description="Digest of the paper, in hexadecimal")


class TransferStep(BaseModel):
    """What one of the three parties says: the candidate consents or declines, the receiving school completes or
    declines, the proposing one withdraws, or records a consent given on paper."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"state": "consented"}})

    state: Literal["consented", "completed", "declined", "withdrawn"]
    recorded_consent: RecordedConsent | None = Field(
        default=None, description="Of the proposing school that records a consent, and of nobody else"
    )


class TransferView(BaseModel):
    """A transfer. Whoever receives it sees what it says, and nothing else of the other school."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    enrolment_id: UUID
    to_organisation_id: UUID
    referential_version: str
    access_path: AccessPath
    blocks: list[int]
    state: TransferState
    consent: Consent | None
    consented_on: date | None
    created_at: datetime
    updated_at: datetime
