"""Documents: what follows from a fact, from the moment it is known until it is issued."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import DocumentKind
from parchemin.documents.base import Base


class DocumentState(StrEnum):
    """Where a document stands."""

    PENDING = "pending"
    """To be made, or waiting for what `missing` names."""
    ISSUED = "issued"
    """Made and archived; changes no more."""
    BLOCKED = "blocked"
    """Cannot be printed as the records are; waits for their correction."""


_KINDS = ", ".join(f"'{kind}'" for kind in DocumentKind)
_STATES = ", ".join(f"'{state}'" for state in DocumentState)
_REVOCABLE = ", ".join(f"'{kind}'" for kind in (DocumentKind.DIPLOMA, DocumentKind.BLOCK_ATTESTATION))
_ISSUED = ("particulars", "template_version", "issued_at", "sha256", "size")


class Document(Aggregate, Base, table=True):
    """One document. `subject_key` names what it is about: a fact told twice makes nothing new.

    A revoked document keeps its state and its file, and leaves its key to the one that may come after it.
    """

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("(state = 'blocked') = (blocked_reason IS NOT NULL)", name="blocked"),
        CheckConstraint(
            f"state <> 'issued' OR ({' AND '.join(f'{column} IS NOT NULL' for column in _ISSUED)})", name="issued"
        ),
        CheckConstraint("state <> 'issued' OR (erased_at IS NULL) = (body_data IS NOT NULL)", name="kept"),
        CheckConstraint(f"revoked_on IS NULL OR kind IN ({_REVOCABLE})", name="revoked"),
        Index(
            "ix_documents_pending",
            "id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
    )

    kind: str = Field(max_length=32)
    subject_key: str = Field(max_length=120, unique=True)
    candidate_id: UUID | None = Field(default=None, index=True)
    enrolment_id: UUID | None = Field(default=None, index=True)
    session_id: UUID | None = Field(default=None, index=True)
    block: int | None = None
    state: str = Field(default=DocumentState.PENDING, max_length=16)
    facts: dict[str, Any] = Field(sa_type=JSON)
    """Data of the event that the document follows from; of an erased person's, what a revocation names it by."""
    language: str = Field(max_length=2)
    issued_on: date
    """Day of the fact; printed. The day the file was made is `issued_at`'s."""
    verification_code: str = Field(max_length=17, unique=True)
    """Given with the row, so that a document made a second time after a crash is the same to the byte."""
    missing: list[str] = Field(default_factory=list, sa_type=JSON)
    """What a pending document waits for, `<kind>:<id>`."""
    attempts: int = 0
    retry_at: datetime | None = None
    """Not before; null for at once."""
    traceparent: str | None = Field(default=None, max_length=55)
    """Of the work that expected it: the making of the document, whenever that is, belongs to the same trace."""
    blocked_reason: str | None = Field(default=None, max_length=200)
    """Path of the field that cannot be printed; never its value."""
    body_data: bytes | None = None
    """What was printed, sealed under the key of whom it is about: with `template_version` it makes the same file
    again."""
    particulars: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """What its verification tells of it and nobody's name is in."""
    template_version: str | None = Field(default=None, max_length=16)
    issued_at: datetime | None = None
    sha256: str | None = Field(default=None, max_length=64)
    """Of the PDF, which is published."""
    size: int | None = None
    stored_key: str | None = Field(default=None, max_length=64)
    """Of the sealed file in the store; null where it lies there as it was made, under its own digest."""
    erased_at: datetime | None = None
    """When the person was erased: the file is gone, and what is told of it names nobody."""
    revoked_on: date | None = None
    """Day from which what it attests no longer holds; told by the verification, never by the file."""
