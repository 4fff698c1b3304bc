"""Accommodation plans: the measures of an enrolment, and their reviews. What is done, never why."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.common.columns import Aggregate


class Accommodation(Aggregate, Base, table=True):
    """The measures granted to an enrolment; one plan for each."""

    __tablename__ = "accommodations"

    enrolment_id: UUID = Field(foreign_key="enrolments.id", unique=True)
    measures: list[dict[str, Any]] = Field(sa_type=JSON)


class AccommodationReview(Aggregate, Base, table=True):
    """That the officer looked at a plan before a session: each session asks again."""

    __tablename__ = "accommodation_reviews"
    __table_args__ = (
        UniqueConstraint("accommodation_id", "session_id"),
        CheckConstraint("outcome IN ('confirmed', 'adjusted')", name="outcome"),
    )

    accommodation_id: UUID = Field(foreign_key="accommodations.id")
    session_id: UUID
    outcome: str = Field(max_length=20)
    reviewed_on: date
    reviewed_by: str = Field(max_length=255)


class KnownConvocation(Aggregate, Base, table=True):
    """To which session an enrolment is convened, and for which day: from the evaluations service's events."""

    __tablename__ = "known_convocations"
    __table_args__ = (UniqueConstraint("enrolment_id", "session_id"),)

    enrolment_id: UUID = Field(foreign_key="enrolments.id")
    session_id: UUID
    held_on: date = Field(index=True)
