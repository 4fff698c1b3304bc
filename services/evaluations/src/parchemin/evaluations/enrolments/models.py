"""What this service knows of enrolments, from the candidates service's events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class KnownEnrolment(Aggregate, Base, table=True):
    """An enrolment, and the measures granted to the candidate. Its `id` is the one it has everywhere."""

    __tablename__ = "known_enrolments"

    candidate_id: UUID = Field(index=True)
    access_path: str | None = Field(default=None, max_length=40)
    """How the candidate comes to the certification; unknown for what was told before this was kept."""
    referential_version: str = Field(max_length=32)
    blocks: list[int] = Field(sa_type=JSON)
    measures: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


class KnownExemption(Base, table=True):
    """A competency that the certifier exempted an enrolment from."""

    __tablename__ = "known_exemptions"

    enrolment_id: UUID = Field(primary_key=True, foreign_key="known_enrolments.id")
    competency: str = Field(primary_key=True, max_length=16)
    learned_at: datetime | None = None
    """When it began to count here; before everything else where it is not known."""


class KnownCandidate(Base, table=True):
    """Which login is a candidate's: all that is kept here of who they are. May be known before their enrolments."""

    __tablename__ = "known_candidates"
    __table_args__ = (Index(None, "organisation_id", "login"),)

    candidate_id: UUID = Field(primary_key=True)
    organisation_id: UUID
    login: bytes | None = None
    """Digest of the `sub` of their tokens (`login_of`); nobody's where the school has not said it."""
