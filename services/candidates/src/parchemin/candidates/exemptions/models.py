"""Exemptions: proposed with an argument, then decided with a reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.exemptions.rules import ExemptionState
from parchemin.common.columns import Aggregate

_STATES = ", ".join(f"'{state}'" for state in ExemptionState)
_STANDS = text("state <> 'refused'")


class Exemption(Aggregate, Base, table=True):
    """One competency of one enrolment. The three texts are sealed: they may tell of a disability."""

    __tablename__ = "exemptions"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL) AND (decided_at IS NULL) = (reason IS NULL)"
            " AND (decided_at IS NULL) = (decider_subject IS NULL) AND (decided_at IS NULL) = (decider_issuer IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            "decider_subject IS NULL OR decider_subject <> proposer_subject OR decider_issuer <> proposer_issuer",
            name="two_persons",
        ),
        Index(
            "uq_exemptions_standing",
            "enrolment_id",
            "competency",
            unique=True,
            postgresql_where=_STANDS,
            sqlite_where=_STANDS,
        ),
    )

    enrolment_id: UUID = Field(foreign_key="enrolments.id", index=True)
    competency: str = Field(max_length=8)
    state: str = Field(max_length=20)
    argument: bytes = Field(sa_type=LargeBinary)
    working_conditions: bytes | None = Field(default=None, sa_type=LargeBinary)
    reason: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Of the decision."""
    proposer_issuer: str
    proposer_subject: str = Field(max_length=255)
    decider_issuer: str | None = None
    decider_subject: str | None = Field(default=None, max_length=255)
    decided_at: datetime | None = None
