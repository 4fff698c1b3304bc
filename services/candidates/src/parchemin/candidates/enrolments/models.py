"""Enrolments (*parcours*): a candidate, a version of the referential, an access path, a set of blocks."""

from datetime import date
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.enrolments.rules import WithdrawalReason
from parchemin.common.clock import utc_now
from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import AccessPath, EnrolmentState

_PATHS = ", ".join(f"'{path}'" for path in AccessPath)
_STATES = ", ".join(f"'{state}'" for state in EnrolmentState)
_REASONS = ", ".join(f"'{reason}'" for reason in WithdrawalReason)


class Enrolment(Aggregate, Base, table=True):
    """One candidate's way through one version of the referential."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("candidate_id", "referential_version"),
        CheckConstraint(f"access_path IN ({_PATHS})", name="access_path"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint(f"withdrawal_reason IN ({_REASONS})", name="withdrawal_reason"),
        CheckConstraint("(state = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="withdrawn"),
        CheckConstraint("entry_on <= ends_on AND training_started_on <= ends_on", name="dates"),
        Index(None, "state", "ends_on"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id")
    referential_version: str = Field(max_length=32)
    access_path: str = Field(max_length=40)
    blocks: list[int] = Field(sa_type=JSON)
    state: str = Field(default=EnrolmentState.ACTIVE, max_length=20)
    state_since: date = Field(default_factory=lambda: utc_now().date())
    withdrawal_reason: str | None = Field(default=None, max_length=40)
    entry_on: date | None = None
    training_started_on: date | None = None
    ends_on: date | None = None
    funding: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Sealed under a key of the candidate: whose file it is, and by which contract."""
