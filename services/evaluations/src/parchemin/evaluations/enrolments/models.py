"""What this service knows of enrolments, from the candidates service's events."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import EnrolmentState, RecognitionGround
from parchemin.evaluations.base import Base

_STATES = ", ".join(f"'{state}'" for state in EnrolmentState)
_GROUNDS = ", ".join(f"'{ground}'" for ground in RecognitionGround)


class KnownEnrolment(Aggregate, Base, table=True):
    """An enrolment, and the measures granted to the candidate. Its `id` is the one it has everywhere."""

    __tablename__ = "known_enrolments"
    __table_args__ = (CheckConstraint(f"state IN ({_STATES})", name="state"),)

    candidate_id: UUID = Field(index=True)
    access_path: str | None = Field(default=None, max_length=40)
    """How the candidate comes to the certification; unknown for what was told before this was kept."""
    referential_version: str = Field(max_length=32)
    blocks: list[int] = Field(sa_type=JSON)
    measures: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    state: str = Field(default=EnrolmentState.ACTIVE, max_length=20)
    """Active where nothing else was told."""


class FormerEnrolment(Base, table=True):
    """Whose an enrolment was before a transfer: what was closed there stays there, under the candidate's id there."""

    __tablename__ = "former_enrolments"

    enrolment_id: UUID = Field(primary_key=True, foreign_key="known_enrolments.id")
    organisation_id: UUID = Field(primary_key=True)
    candidate_id: UUID


class KnownExemption(Base, table=True):
    """A competency that the certifier exempted an enrolment from."""

    __tablename__ = "known_exemptions"

    enrolment_id: UUID = Field(primary_key=True, foreign_key="known_enrolments.id")
    competency: str = Field(primary_key=True, max_length=16)
    learned_at: datetime | None = None
    """When it began to count here; before everything else where it is not known."""


class KnownRecognition(Base, table=True):
    """A block that counts though no jury assessed it in this enrolment."""

    __tablename__ = "known_recognitions"
    __table_args__ = (CheckConstraint(f"ground IN ({_GROUNDS})", name="ground"),)

    enrolment_id: UUID = Field(primary_key=True, foreign_key="known_enrolments.id")
    block: int = Field(primary_key=True)
    recognition_id: UUID
    ground: str = Field(max_length=20)
    decided_on: date
    session_id: UUID | None = Field(default=None, foreign_key="sessions.id")
    """Of the last jury that validated what it stands on, in an earlier enrolment."""
    source_version: str | None = Field(default=None, max_length=32)
    source_blocks: list[int] = Field(sa_type=JSON)
    learned_at: datetime
    """When it began to count here."""


class RecognisedCompetency(Base, table=True):
    """A competency of a recognised block: it is not assessed any more."""

    __tablename__ = "recognised_competencies"

    enrolment_id: UUID = Field(primary_key=True, foreign_key="known_enrolments.id")
    competency: str = Field(primary_key=True, max_length=16)
    block: int


class KnownCandidate(Base, table=True):
    """Which login is a candidate's: all that is kept here of who they are. May be known before their enrolments."""

    __tablename__ = "known_candidates"
    __table_args__ = (Index(None, "organisation_id", "login"),)

    candidate_id: UUID = Field(primary_key=True)
    organisation_id: UUID
    login: bytes | None = None
    """Digest of the `sub` of their tokens (`login_of`); nobody's where the school has not said it."""
