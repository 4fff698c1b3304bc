"""Blocks that count in an enrolment without being assessed in it."""

from datetime import date
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.recognitions.rules import RecognitionState
from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import RecognitionGround

_STATES = ", ".join(f"'{state}'" for state in RecognitionState)
_GROUNDS = ", ".join(f"'{ground}'" for ground in RecognitionGround)
_STANDS = text("state IN ('claimed', 'recognised')")


class Recognition(Aggregate, Base, table=True):
    """One block of one enrolment: by the certifier's table, or claimed with a proof. Proof and reason are sealed."""

    __tablename__ = "recognitions"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint(f"ground IN ({_GROUNDS})", name="ground"),
        CheckConstraint("(ground = 'proof') = (proof IS NOT NULL)", name="proved"),
        CheckConstraint("(ground = 'proof') = (claimant IS NOT NULL)", name="claimed"),
        CheckConstraint("(ground = 'equivalence') = (equivalence_id IS NOT NULL)", name="by_table"),
        CheckConstraint("ground = 'proof' OR state = 'recognised'", name="by_table_recognised"),
        CheckConstraint("(state IN ('recognised', 'refused')) = (decided_on IS NOT NULL)", name="decided"),
        CheckConstraint("ground <> 'proof' OR (decided_on IS NULL) = (decider IS NULL)", name="decided_by"),
        CheckConstraint("(decider IS NULL) = (reason IS NULL)", name="reasoned"),
        CheckConstraint("decider IS NULL OR decider <> claimant", name="two_persons"),
        Index(
            "uq_recognitions_standing",
            "enrolment_id",
            "block",
            unique=True,
            postgresql_where=_STANDS,
            sqlite_where=_STANDS,
        ),
    )

    enrolment_id: UUID = Field(foreign_key="enrolments.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidates.id")
    """Of the school that it was claimed at: what is sealed here is sealed under a key of theirs."""
    block: int
    ground: str = Field(max_length=20)
    state: str = Field(max_length=20)
    equivalence_id: UUID | None = Field(default=None, foreign_key="block_equivalences.id")
    source_enrolment_id: UUID | None = Field(default=None, foreign_key="enrolments.id")
    source_version: str | None = Field(default=None, max_length=32)
    source_blocks: list[int] = Field(default_factory=list, sa_type=JSON)
    document_date: date | None = None
    proof_digest: str | None = Field(default=None, max_length=64)
    """SHA-256 of the document, where it was said."""
    proof: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Who issued it, under which reference: sealed under a key of the candidate."""
    reason: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Of the decision; sealed likewise."""
    claimant: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Keyed digest of who claimed: it may be the candidate, whose login is written nowhere in clear."""
    decider: bytes | None = Field(default=None, sa_type=LargeBinary)
    decided_on: date | None = None
