"""Sheets: one juror's findings on one registration, as one row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class Sheet(Aggregate, Base, table=True):
    """A sheet, or a correction of one. What is signed does not change; the correction is a row of its own.

    A trigger of the database holds that too (its migration says which columns may change).
    """

    __tablename__ = "sheets"
    __table_args__ = (
        UniqueConstraint("registration_id", "juror_id", "number"),
        CheckConstraint("(signed_at IS NULL) = (state = 'draft')", name="signed"),
        CheckConstraint("state IN ('draft', 'signed', 'corrected')", name="state"),
        Index(
            "uq_sheets_standing",
            "registration_id",
            "juror_id",
            unique=True,
            postgresql_where=text("state <> 'corrected'"),
            sqlite_where=text("state <> 'corrected'"),
        ),
    )

    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    registration_id: UUID = Field(foreign_key="registrations.id")
    juror_id: UUID = Field(foreign_key="jurors.id")
    number: int = 1
    """1 for the sheet, 2 for its first correction, and so on."""
    state: str = Field(max_length=20)
    levels: list[dict[str, Any]] = Field(sa_type=JSON)
    opinions: list[dict[str, Any]] = Field(sa_type=JSON)
    signed_at: datetime | None = None
    reason: str | None = Field(default=None, max_length=4000)
    """Of a correction."""
    comments_erased_at: datetime | None = None
    """When the comments went with the data of the person whom they are about; the digest is of what was signed."""
    digest: str | None = Field(default=None, max_length=64)
    """Of what was signed: `contents.sheet_digest`."""
