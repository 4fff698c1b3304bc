"""Accommodation plans: the measures of an enrolment. What is done, never why."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.common.columns import Aggregate


class Accommodation(Aggregate, Base, table=True):
    """The measures granted to an enrolment; one plan for each."""

    __tablename__ = "accommodations"

    enrolment_id: UUID = Field(foreign_key="enrolments.id", unique=True)
    measures: list[dict[str, Any]] = Field(sa_type=JSON)
