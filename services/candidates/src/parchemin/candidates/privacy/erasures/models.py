"""Requests for erasure, and the sessions that hold them up."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.privacy.erasures.rules import ErasureOrigin, ErasureState, RefusalGround
from parchemin.common.columns import Aggregate


def _among(values: type[ErasureState] | type[ErasureOrigin] | type[RefusalGround]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_NOT_REFUSED = text("state <> 'refused'")


class Erasure(Aggregate, Base, table=True):
    """One request. Says nothing of who the person is: it stays, as proof that it was answered."""

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint(f"state IN ({_among(ErasureState)})", name="state"),
        CheckConstraint(f"origin IN ({_among(ErasureOrigin)})", name="origin"),
        CheckConstraint(f"refusal_ground IN ({_among(RefusalGround)})", name="refusal_ground"),
        CheckConstraint("(state = 'refused') = (refusal_ground IS NOT NULL)", name="refused"),
        CheckConstraint("(state = 'requested') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        Index(
            "uq_erasures_standing",
            "candidate_id",
            unique=True,
            postgresql_where=_NOT_REFUSED,
            sqlite_where=_NOT_REFUSED,
        ),
        Index("ix_erasures_state", "state"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id")
    state: str = Field(default=ErasureState.REQUESTED, max_length=20)
    origin: str = Field(max_length=20)
    requester: str | None = Field(default=None, max_length=255)
    """`sub` of the staff who recorded it."""
    decider: str | None = Field(default=None, max_length=255)
    """`sub` of the staff who decided; none where a rule of retention did."""
    refusal_ground: str | None = Field(default=None, max_length=30)
    decided_at: datetime | None = None
    done_at: datetime | None = None


class Sitting(Base, table=True):
    """One enrolment at one session, from the evaluations service's events."""

    __tablename__ = "sittings"

    enrolment_id: UUID = Field(primary_key=True)
    session_id: UUID = Field(primary_key=True)
    candidate_id: UUID = Field(index=True)
    last_on: date | None = None
    decided_on: date | None = None
