"""The jury's departures from the proposal, and its decisions."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
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
    vote: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    """None: unanimous."""


class Decision(Aggregate, Base, table=True):
    """What a closed session decided for one competency, and all that it rests on.

    Never changed, but for no longer standing: a ruling on appeal is a new row that points to the old one.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("registration_id", "competency", "number"),
        UniqueConstraint("supersedes"),
        CheckConstraint("(number = 1) = (supersedes IS NULL)", name="numbered"),
        Index(
            "uq_decisions_standing",
            "registration_id",
            "competency",
            unique=True,
            postgresql_where=text("standing"),
            sqlite_where=text("standing"),
        ),
        CheckConstraint("proposed IN ('acquired', 'not_acquired', 'exempt', 'kept')", name="proposed"),
        CheckConstraint("outcome IN ('acquired', 'not_acquired', 'exempt', 'kept')", name="outcome"),
        CheckConstraint("outcome = proposed OR reason IS NOT NULL", name="reasoned"),
        Index(
            "uq_decisions_acquired_once",
            "enrolment_id",
            "competency",
            unique=True,
            postgresql_where=text("outcome = 'acquired' AND standing"),
            sqlite_where=text("outcome = 'acquired' AND standing"),
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
    number: int = 1
    """1 for the jury's, 2 for the first ruling, and so on."""
    standing: bool = True
    supersedes: UUID | None = Field(default=None, foreign_key="decisions.id")
    levels: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    """The agreed level of each criterion."""
    grounds: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    """Of the proposal; none for what was decided before they were kept."""
    vote: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    """On a departure from the proposal; None: unanimous."""
    sheets: list[str] = Field(default_factory=list, sa_type=JSON)
    """Ids of the signed sheets behind the levels."""
