"""The jury's departures from the proposal, and its decisions."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class Override(Aggregate, Base, table=True):
    """While the jury deliberates: a competency decided otherwise than proposed."""

    __tablename__ = "overrides"
    __table_args__ = (UniqueConstraint("registration_id", "competency"),)

    registration_id: UUID = Field(foreign_key="registrations.id")
    competency: str = Field(max_length=16)
    acquired: bool
    reason: str = Field(max_length=4000)


class Decision(Aggregate, Base, table=True):
    """What a closed session decided for one competency. Never changed: a ruling on appeal is a new row."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("registration_id", "competency"),
        CheckConstraint("proposed IN ('acquired', 'not_acquired', 'exempt', 'kept')", name="proposed"),
        CheckConstraint("outcome IN ('acquired', 'not_acquired', 'exempt', 'kept')", name="outcome"),
        CheckConstraint("outcome = proposed OR reason IS NOT NULL", name="reasoned"),
        Index(
            "uq_decisions_acquired_once",
            "enrolment_id",
            "competency",
            unique=True,
            postgresql_where=text("outcome = 'acquired'"),
            sqlite_where=text("outcome = 'acquired'"),
        ),
    )

    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    registration_id: UUID = Field(foreign_key="registrations.id")
    enrolment_id: UUID = Field(foreign_key="known_enrolments.id", index=True)
    competency: str = Field(max_length=16)
    proposed: str = Field(max_length=20)
    outcome: str = Field(max_length=20)
    reason: str | None = Field(default=None, max_length=4000)
    decided_on: date
