"""Runs of the rules of retention."""

from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.common.columns import Aggregate


class RetentionRun(Aggregate, Base, table=True):
    """What the rules would have had go at that moment; and whether it went. Ids and counts, nothing of anybody."""

    __tablename__ = "retention_runs"

    dry_run: bool
    requester: str = Field(max_length=255)
    """`sub` of who asked; the name of the command where nobody did by the API."""
    findings: list[dict[str, Any]] = Field(sa_type=JSON)
