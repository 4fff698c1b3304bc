"""What this service knows of enrolments, from the candidates service's events."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class KnownEnrolment(Aggregate, Base, table=True):
    """An enrolment, and the measures granted to the candidate. Its `id` is the one it has everywhere."""

    __tablename__ = "known_enrolments"

    candidate_id: UUID
    referential_version: str = Field(max_length=32)
    access_path: str | None = Field(default=None, max_length=40)
    """Unknown of an enrolment that was learnt before this service kept it."""
    blocks: list[int] = Field(sa_type=JSON)
    measures: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


class KnownExemption(Base, table=True):
    """A competency that the certifier exempted an enrolment from."""

    __tablename__ = "known_exemptions"

    enrolment_id: UUID = Field(primary_key=True, foreign_key="known_enrolments.id")
    competency: str = Field(primary_key=True, max_length=16)
