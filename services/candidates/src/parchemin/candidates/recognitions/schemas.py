"""Recognitions as the API shows them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.enrolments.schemas import BlockNumber
from parchemin.candidates.recognitions.rules import RecognitionState
from parchemin.common.dates import Day
from parchemin.common.text import Line, Paragraph
from parchemin.contracts.vocabulary import RecognitionGround, Sha256


class RecognitionProof(BaseModel):
    """The document that proves a block. Issuer and reference are sealed at rest."""

    model_config = ConfigDict(extra="forbid")

    issuer: Line = Field(description="Who issued it")
    document_date: Day
    reference: Line | None = Field(default=None, description="Number of the document, or where it is kept")
    sha256: Sha256 | None = Field(default=None, description="Digest of the document, in hexadecimal")


class NewRecognition(BaseModel):
    """A claim that a block was obtained elsewhere or earlier."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "enrolment_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "block": 2,
                "proof": {
                    "issuer": "École des métiers de l'image",
                    "document_date": "2024-07-01",
                    "reference": "Attestation de bloc 2024-113",
                },
            }
        },
    )

    enrolment_id: UUID
    block: BlockNumber
    proof: RecognitionProof


class RecognitionRuling(BaseModel):
    """What the certifier answers."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"decision": "recognised", "reason": "Même bloc, même certificateur."}},
    )

    decision: Literal["recognised", "refused"]
    reason: Paragraph = Field(description="Sealed at rest")


class RecognitionSummary(BaseModel):
    """A recognition without what is sealed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    enrolment_id: UUID
    block: int
    ground: RecognitionGround
    state: RecognitionState
    equivalence_id: UUID | None = Field(description="The certifier's table that it follows from")
    source_enrolment_id: UUID | None
    source_version: str | None
    source_blocks: list[int]
    decided_on: date | None
    created_at: datetime
    updated_at: datetime


class RecognitionView(RecognitionSummary):
    """A recognition with its proof and the reason of the decision."""

    proof: Annotated[RecognitionProof | None, Field(description="None where it follows from a table")]
    reason: str | None
