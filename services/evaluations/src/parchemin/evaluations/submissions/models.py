"""Preparations, and what is handed in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base
from parchemin.evaluations.submissions.rules import DepositState

_STATES = ", ".join(f"'{state}'" for state in DepositState)
_WAITING = text("state IN ('checking', 'quarantined')")
_OPEN = text("state = 'open'")


class Preparation(Base, table=True):
    """The time in which the dossiers of a session are prepared. Its version is the session's."""

    __tablename__ = "preparations"
    __table_args__ = (CheckConstraint("opens_at < due_at", name="order"),)

    session_id: UUID = Field(primary_key=True, foreign_key="sessions.id")
    opens_at: datetime
    due_at: datetime


class KnownSnapshot(Base, table=True):
    """A snapshot of a production, from the budget service's events. May be known before its enrolment."""

    __tablename__ = "known_snapshots"

    id: UUID = Field(primary_key=True)
    organisation_id: UUID
    enrolment_id: UUID
    taken_at: datetime
    sha256: str = Field(max_length=64)
    currency: str = Field(max_length=3)
    total: str = Field(max_length=40)
    """A decimal, as the budget service says it: nothing is reckoned with it here."""


class Deposit(Aggregate, Base, table=True):
    """One version of a deliverable, from its first part to the verdict. What was handed in stays as it was.

    Where it is a snapshot it has no name, no bytes and no parts, and is accepted at once.
    """

    __tablename__ = "deposits"
    __table_args__ = (
        UniqueConstraint("registration_id", "deliverable", "number"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("(state = 'open') = (received_at IS NULL)", name="received"),
        CheckConstraint("(number IS NULL) = (received_at IS NULL)", name="number"),
        CheckConstraint("(state = 'refused') = (verdict IS NOT NULL)", name="verdict"),
        CheckConstraint("(state = 'accepted' AND snapshot_id IS NULL) = (media_type IS NOT NULL)", name="media_type"),
        CheckConstraint("(snapshot_id IS NULL) = (size > 0)", name="snapshot_size"),
        CheckConstraint("snapshot_id IS NULL OR state = 'accepted'", name="snapshot_state"),
        Index("ix_deposits_waiting", "received_at", postgresql_where=_WAITING, sqlite_where=_WAITING),
        Index("ix_deposits_open", "expires_at", postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    registration_id: UUID = Field(foreign_key="registrations.id")
    candidate_id: UUID = Field(index=True)
    deliverable: int
    """Rank among the deliverables of the modality, from 1."""
    file_name: bytes | None = None
    """As the candidate calls it, sealed under their key; never the name of a file here. Null for a snapshot."""
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    part_size: int
    expires_at: datetime
    state: str = Field(default=DepositState.OPEN, max_length=20)
    number: int | None = None
    """1 for the first version that was handed in, and so on."""
    received_at: datetime | None = None
    late: bool = False
    media_type: str | None = Field(default=None, max_length=100)
    """Of the content, not as declared."""
    verdict: str | None = Field(default=None, max_length=40)
    """Why it was refused."""
    retry_at: datetime | None = None
    erased_at: datetime | None = None
    """When the person was erased: name and content are gone."""
    snapshot_id: UUID | None = Field(default=None, foreign_key="known_snapshots.id")
    """The snapshot that was handed in, in place of a file; `sha256` is of its figures."""


class DepositPart(Base, table=True):
    """A part that was announced; its bytes are in the store once it is `stored`. Goes when the bytes have gone."""

    __tablename__ = "deposit_parts"

    deposit_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    sha256: str = Field(max_length=64)
    stored: bool = False
