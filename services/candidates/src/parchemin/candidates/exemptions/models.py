"""Exemptions: proposed with an argument, then decided with a reason; and what was graded, which cannot be exempt."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.exemptions.rules import STANDING, ExemptionState
from parchemin.common.columns import Aggregate

_STATES = ", ".join(f"'{state}'" for state in ExemptionState)
_STANDS = text("state IN (" + ", ".join(f"'{state}'" for state in sorted(STANDING)) + ")")


class Exemption(Aggregate, Base, table=True):
    """One competency of one enrolment. The four texts are sealed: they may tell of a disability. They are gone where
    the candidate withdrew their consent."""

    __tablename__ = "exemptions"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint(
            "(state IN ('proposed', 'withdrawn')) = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decider_subject IS NULL) AND (decided_at IS NULL) = (decider_issuer IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            "(argument IS NOT NULL OR state <> 'proposed')"
            " AND (reason IS NULL OR decided_at IS NOT NULL)"
            " AND (reason IS NOT NULL OR decided_at IS NULL OR argument IS NULL)"
            " AND (integrity IS NULL OR decided_at IS NOT NULL)",
            name="argued",
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
    argument: bytes | None = Field(default=None, sa_type=LargeBinary)
    working_conditions: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Missing in what was proposed before it was asked for."""
    reason: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Of the decision."""
    integrity: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Why the attestation is not distorted; missing in what was granted before it was asked for."""
    proposer_issuer: str
    proposer_subject: str = Field(max_length=255)
    decider_issuer: str | None = None
    decider_subject: str | None = Field(default=None, max_length=255)
    decided_at: datetime | None = None


class GradedCompetency(Base, table=True):
    """A competency that was graded in an enrolment: from the evaluations service's events."""

    __tablename__ = "graded_competencies"

    enrolment_id: UUID = Field(primary_key=True, foreign_key="enrolments.id")
    competency: str = Field(primary_key=True, max_length=16)
