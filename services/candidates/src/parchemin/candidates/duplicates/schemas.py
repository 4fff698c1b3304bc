"""Merges and history as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.duplicates.history import Change
from parchemin.candidates.duplicates.models import CandidateChange
from parchemin.candidates.identity.person import Person


class Member(StrEnum):
    """What a merge may take from the duplicate."""

    BIRTH_NAME = "birth_name"
    USED_NAME = "used_name"
    FIRST_NAMES = "first_names"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    NATIONALITIES = "nationalities"
    EMAIL = "email"
    PHONE = "phone"
    POSTAL_ADDRESS = "postal_address"
    INE = "ine"
    CPF_FILE_NUMBER = "cpf_file_number"
    SUBJECT = "subject"


class Merge(BaseModel):
    """That another record is of the same person."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"duplicate_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55", "take": ["email", "birth_place"]}
        },
    )

    duplicate_id: UUID
    take: list[Member] = Field(
        max_length=len(Member), description="Members that the duplicate has right; all others stay as they are"
    )


class ChangeView(BaseModel):
    """One correction of a record, or one merge into it."""

    id: UUID
    kind: str = Field(description="`corrected` or `merged`")
    at: datetime
    actor: str = Field(description="`sub` of who did it")
    before: Person = Field(description="The record as it was")
    duplicate_id: UUID | None = Field(description="The record that was merged into this one")
    duplicate: Person | None
    taken: list[str] = Field(description="Members that were taken from the duplicate")

    @classmethod
    def of(cls, row: CandidateChange, change: Change) -> Self:
        """A row, and what it replaced."""
        return cls(
            id=row.id,
            kind=row.kind,
            at=row.created_at,
            actor=row.actor,
            before=change.before,
            duplicate_id=change.duplicate_id,
            duplicate=change.duplicate,
            taken=list(change.taken),
        )
