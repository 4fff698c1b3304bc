"""Documents as the API shows them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.contracts.vocabulary import DocumentKind
from parchemin.documents.issuing.models import Document, DocumentState
from parchemin.documents.verification.code import grouped


class DocumentView(BaseModel):
    """A document, from the fact that it follows from until its file is there."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "organisation_id": "0199c29f-1b7c-7c55-8d6f-2f1b7c550d6f",
                "kind": "block_attestation",
                "state": "issued",
                "candidate_id": "0199c29f-5a10-7b2c-8d3e-4f5a6b7c8d9e",
                "enrolment_id": "0199c29f-61aa-70f4-9b0c-1d2e3f4a5b6c",
                "session_id": "0199c29f-77c2-7d3e-8f4a-5b6c7d8e9f0a",
                "block": 3,
                "language": "fr",
                "issued_on": "2026-07-02",
                "issued_at": "2026-07-03T08:15:30Z",
                "verification_code": "7KQF-2MZD-X4AB-9TQ2C",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "size": 84213,
                "missing": [],
                "blocked_field": None,
                "revoked_on": None,
                "erased_at": None,
                "created_at": "2026-07-03T08:15:29Z",
                "updated_at": "2026-07-03T08:15:30Z",
            }
        }
    )

    id: UUID
    organisation_id: UUID
    kind: DocumentKind
    state: DocumentState = Field(description="`issued`: the content can be fetched, and changes no more")
    candidate_id: UUID | None
    enrolment_id: UUID | None
    session_id: UUID | None
    block: int | None
    language: Literal["fr", "en"]
    issued_on: date = Field(description="Day of the fact that the document attests; printed as its date")
    issued_at: datetime | None = Field(description="When the file was made")
    verification_code: str | None = Field(description="By which anyone checks the document; once it is issued")
    sha256: str | None = Field(description="Of the content, which it is the ETag of")
    size: int | None = Field(description="Bytes")
    missing: list[str] = Field(description="What a pending document waits for: `<kind>:<id>`")
    blocked_field: str | None = Field(
        description="Of a blocked document: the field with characters that cannot be printed; correct the record"
    )
    revoked_on: date | None = Field(
        description="Day from which the document attests nothing any more; its content stays as it was issued"
    )
    erased_at: datetime | None = Field(
        description="When the content was erased with the data of the person: its code still verifies, and names nobody"
    )
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, document: Document) -> "DocumentView":
        """The document of a row."""
        issued = document.state == DocumentState.ISSUED
        return cls(
            **document.model_dump(include=set(cls.model_fields) - {"verification_code"}),
            verification_code=grouped(document.verification_code) if issued else None,
            blocked_field=document.blocked_reason,
        )
