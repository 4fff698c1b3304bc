"""Transfers of enrolments between organisations."""

from datetime import date
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.transfers.rules import Consent, TransferState
from parchemin.common.columns import Aggregate

_STATES = ", ".join(f"'{state}'" for state in TransferState)
_CONSENTS = ", ".join(f"'{consent}'" for consent in Consent)
_OPEN = text("state IN ('proposed', 'consented')")


class Transfer(Aggregate, Base, table=True):
    """One proposal. It belongs to the school that made it; the receiving one sees what is said here, and no more."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint(f"consent IN ({_CONSENTS})", name="consent"),
        CheckConstraint("(consent IS NULL) = (consented_on IS NULL)", name="consented"),
        CheckConstraint("(consent = 'recorded') = (consent_digest IS NOT NULL)", name="recorded"),
        CheckConstraint("state NOT IN ('consented', 'completed') OR consent IS NOT NULL", name="with_consent"),
        CheckConstraint("to_organisation_id <> organisation_id", name="to_another"),
        CheckConstraint("(state = 'completed') = (to_candidate_id IS NOT NULL)", name="completed"),
        Index("uq_transfers_open", "enrolment_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index(None, "to_organisation_id", "updated_at", "id"),
    )

    enrolment_id: UUID = Field(foreign_key="enrolments.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id")
    """At the school that proposes."""
    to_organisation_id: UUID = Field(foreign_key="organisations.id")
    to_candidate_id: UUID | None = Field(default=None, foreign_key="candidates.id")
    """At the school that received them."""
    referential_version: str = Field(max_length=32)
    access_path: str = Field(max_length=40)
    blocks: list[int] = Field(sa_type=JSON)
    state: str = Field(default=TransferState.PROPOSED, max_length=20)
    consent: str | None = Field(default=None, max_length=20)
    consented_on: date | None = None
    consent_digest: str | None = Field(default=None, max_length=64)
    """SHA-256 of the paper that the proposing school keeps."""
