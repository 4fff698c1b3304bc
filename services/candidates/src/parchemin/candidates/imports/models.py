"""Imports, what became of their rows, their files; and where candidates come from."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.imports.rules import ImportState, RowOutcome
from parchemin.common.clock import utc_now
from parchemin.common.columns import Aggregate

_STATES = ", ".join(f"'{state}'" for state in ImportState)
_WAITS = text(f"state IN ('{ImportState.QUEUED}', '{ImportState.RUNNING}')")
_OUTCOMES = ", ".join(f"'{outcome}'" for outcome in RowOutcome)


class CandidateImport(Aggregate, Base, table=True):
    """A file that somebody brought. `version` counts its states, not the rows that are done."""

    __tablename__ = "candidate_imports"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("rows_done BETWEEN 0 AND rows", name="rows_done"),
        Index("ix_candidate_imports_unfinished", "created_at", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    state: str = Field(max_length=20)
    kind: str = Field(max_length=20)
    source: str = Field(max_length=100)
    class_id: str | None = Field(default=None, max_length=255)
    preview: bool
    all_or_nothing: bool
    rows: int
    rows_done: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    warnings: list[str] = Field(default_factory=list, sa_type=JSON)
    """Headings of columns that were not read."""
    failure: str | None = Field(default=None, max_length=100)
    submitter_issuer: str = Field(max_length=255)
    submitter_subject: str = Field(max_length=255)
    rejected_until: datetime | None = None


class CandidateImportRow(Aggregate, Base, table=True):
    """What became of one row. Never what a cell says."""

    __tablename__ = "candidate_import_rows"
    __table_args__ = (
        UniqueConstraint("import_id", "line"),
        CheckConstraint(f"outcome IN ({_OUTCOMES})", name="outcome"),
    )

    import_id: UUID = Field(sa_column_args=(ForeignKey("candidate_imports.id", ondelete="CASCADE"),))
    line: int
    outcome: str = Field(max_length=20)
    candidate_id: UUID | None = Field(default=None, index=True)
    changed: list[str] = Field(default_factory=list, sa_type=JSON)
    """Headings of the columns that change something."""
    faults: list[dict[str, str | None]] = Field(default_factory=list, sa_type=JSON)
    notes: list[dict[str, str | None]] = Field(default_factory=list, sa_type=JSON)


class FileRole(StrEnum):
    """Which file of an import."""

    RECEIVED = "received"
    REJECTED = "rejected"


class CandidateImportFile(Base, table=True):
    """A file of an import, sealed under the import's own key: the one that came, until it is done with; the one with
    the rows that were rejected, for its time."""

    __tablename__ = "candidate_import_files"

    import_id: UUID = Field(primary_key=True, sa_column_args=(ForeignKey("candidate_imports.id", ondelete="CASCADE"),))
    role: str = Field(primary_key=True, max_length=20)
    content: bytes = Field(sa_type=LargeBinary)


class CandidateOrigin(Base, table=True):
    """Which row of a source a candidate comes from, and what it said: the same row again changes nothing."""

    __tablename__ = "candidate_origins"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    id: UUID = Field(primary_key=True)
    organisation_id: UUID
    key: bytes = Field(sa_type=LargeBinary)
    """Keyed digest of the source's name and of what it calls the person."""
    candidate_id: UUID = Field(index=True, sa_column_args=(ForeignKey("candidates.id", ondelete="CASCADE"),))
    digest: bytes = Field(sa_type=LargeBinary)
    """Keyed digest of what the row said."""
    said: bytes = Field(sa_type=LargeBinary)
    """What the source has said in all, sealed under the person's key."""
    updated_at: datetime = Field(default_factory=utc_now)
