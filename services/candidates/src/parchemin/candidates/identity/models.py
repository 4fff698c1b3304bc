"""Candidates: who they are, sealed; and what finds them without telling who they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.common.columns import Aggregate


class Candidate(Aggregate, Base, table=True):
    """A person whom an organisation presents."""

    __tablename__ = "candidates"
    __table_args__ = (
        UniqueConstraint("organisation_id", "fingerprint"),
        Index(None, "organisation_id", "created_at", "id"),
    )

    person: bytes = Field(sa_type=LargeBinary)
    """A sealed `Person`."""
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """Keyed digest of what two entries of one person have in common: nobody is entered twice."""
    subject_digest: bytes | None = Field(default=None, sa_type=LargeBinary, index=True)
    """Keyed digest of their login."""
    erased_at: datetime | None = None
    """Since when nothing is known of them any more."""
    merged_into: UUID | None = Field(default=None, foreign_key="candidates.id", index=True)
    """Of a duplicate: the record that was kept. Nothing but its id is left of it."""


class CandidateName(Base, table=True):
    """A beginning of a word of a candidate's names, as a keyed digest: what a search by name looks for. And what
    a record shares with those that resemble it, so that these are found too."""

    __tablename__ = "candidate_names"

    token: int = Field(primary_key=True, sa_type=BigInteger)
    candidate_id: UUID = Field(
        primary_key=True, index=True, sa_column_args=(ForeignKey("candidates.id", ondelete="CASCADE"),)
    )
