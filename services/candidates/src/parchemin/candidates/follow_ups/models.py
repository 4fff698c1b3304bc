"""Follow-ups by the disability officer, and what is recorded in them: sealed, all of it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.follow_ups.rules import UNDER_WAY, FollowUpState
from parchemin.common.columns import Aggregate

_STATES = ", ".join(f"'{state}'" for state in FollowUpState)
_UNDER_WAY = text("state IN (" + ", ".join(f"'{state}'" for state in sorted(UNDER_WAY)) + ")")


class FollowUp(Aggregate, Base, table=True):
    """One follow-up of a candidate. There is none without a consent: the columns that prove it take no null."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("consent_form IN ('online', 'paper')", name="consent_form"),
        CheckConstraint("consent_form <> 'paper' OR consent_reference IS NOT NULL", name="consent_on_paper"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        CheckConstraint("state <> 'withdrawn' OR request IS NULL", name="forgotten"),
        Index(
            "uq_follow_ups_under_way",
            "candidate_id",
            unique=True,
            postgresql_where=_UNDER_WAY,
            sqlite_where=_UNDER_WAY,
        ),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    state: str = Field(max_length=20)
    request: bytes | None = Field(default=None, sa_type=LargeBinary)
    """What the candidate asked for, in their own words; sealed."""
    consent_form: str = Field(max_length=20)
    consented_on: date
    consent_reference: str | None = Field(default=None, max_length=40)
    """Of the signed paper: a code, so that nothing else can be told by it."""
    consent_recorded_by: str = Field(max_length=255)
    """`sub` of the candidate, or of the officer who holds the paper."""
    withdrawn_at: datetime | None = None
    withdrawal_reference: str | None = Field(default=None, max_length=40)
    """Of the paper by which it was withdrawn, where it was on paper."""


class FollowUpEntry(Aggregate, Base, table=True):
    """A need, an outside resource, an exchange, a piece of evidence. Deleted when the consent is withdrawn."""

    __tablename__ = "follow_up_entries"
    __table_args__ = (CheckConstraint("kind IN ('need', 'resource', 'exchange', 'evidence')", name="kind"),)

    follow_up_id: UUID = Field(foreign_key="follow_ups.id", index=True)
    kind: str = Field(max_length=20)
    content: bytes = Field(sa_type=LargeBinary)
    """A sealed `EntryContent`."""
