"""Snapshots of productions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from parchemin.budget.base import Base
from parchemin.common.columns import Aggregate


class ProductionSnapshot(Aggregate, Base, table=True):
    """What a production was budgeted at. The database refuses any change (a trigger, made by the migration)."""

    __tablename__ = "production_snapshots"

    production_id: UUID = Field(foreign_key="productions.id", index=True)
    enrolment_id: UUID = Field(foreign_key="known_enrolments.id")
    taken_at: datetime
    figures: dict[str, Any] = Field(sa_type=JSON)
    sha256: str = Field(max_length=64)
