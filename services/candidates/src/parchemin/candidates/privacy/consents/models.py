"""Consents: append-only, one row for each time that one was given or withdrawn."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.privacy.consents.rules import Channel, ConsentCode
from parchemin.common.columns import Aggregate

_CODES = ", ".join(f"'{code}'" for code in ConsentCode)
_CHANNELS = ", ".join(f"'{channel}'" for channel in Channel)


class ConsentEntry(Aggregate, Base, table=True):
    """A consent given or withdrawn. Says nothing of who the person is: it outlives their erasure, as proof."""

    __tablename__ = "consent_entries"
    __table_args__ = (
        UniqueConstraint("candidate_id", "consent", "number"),
        CheckConstraint(f"consent IN ({_CODES})", name="consent"),
        CheckConstraint(f"channel IN ({_CHANNELS})", name="channel"),
        CheckConstraint("(channel = 'paper') = (reference IS NOT NULL)", name="reference"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id")
    consent: str = Field(max_length=40)
    number: int
    """1 for the first entry about this consent, and so on."""
    given: bool
    text_version: str = Field(max_length=20)
    channel: str = Field(max_length=10)
    reference: str | None = Field(default=None, max_length=32)
    """Of the paper, in the school's own filing."""
    told_on: date
    """When the person gave or withdrew it."""
    recorder: str = Field(max_length=255)
    """`sub` of who recorded it."""
