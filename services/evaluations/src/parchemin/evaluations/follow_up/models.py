"""Surveys of holders; and answers, apart from them."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base
from parchemin.evaluations.follow_up.rules import Situation

_SITUATIONS = ", ".join(f"'{situation}'" for situation in Situation)


class FollowUp(Aggregate, Base, table=True):
    """A holder who is to be asked, so many months after the award. Of the link only a hash is kept."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("award_id", "months"),
        CheckConstraint("state IN ('due', 'sent', 'answered')", name="state"),
        CheckConstraint("(state = 'sent') = (token_hash IS NOT NULL)", name="link"),
        CheckConstraint("token_hash IS NULL OR expires_at IS NOT NULL", name="expiry"),
    )

    award_id: UUID = Field(foreign_key="awards.id")
    candidate_id: UUID
    year: int
    """Of the award."""
    months: int
    due_on: date
    state: str = Field(default="due", max_length=20)
    token_hash: str | None = Field(default=None, max_length=64, unique=True)
    sent_at: datetime | None = None
    expires_at: datetime | None = None


class FollowUpAnswer(Base, table=True):
    """What somebody of a cohort answered. It has no time and a random id, and names neither award nor holder."""

    __tablename__ = "follow_up_answers"
    __table_args__ = (
        CheckConstraint(f"situation IN ({_SITUATIONS})", name="situation"),
        Index(None, "organisation_id", "year", "months"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID
    year: int
    months: int
    situation: str = Field(max_length=20)
    job_title: str | None = Field(default=None, max_length=120)
