"""Copies of persons' files."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.privacy.personal_files.rules import PersonalFileState
from parchemin.common.columns import Aggregate

_STATES = ", ".join(f"'{state}'" for state in PersonalFileState)
_UNDER_WAY = text("state IN ('requested', 'gathering')")


class PersonalFile(Aggregate, Base, table=True):
    """One copy. What it holds lies in the exchange store, encrypted to a key that is sealed under the person's."""

    __tablename__ = "personal_files"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("state <> 'ready' OR (archive_key IS NOT NULL AND archive_size IS NOT NULL)", name="archive"),
        Index(
            "uq_personal_files_under_way",
            "candidate_id",
            "by_the_person",
            unique=True,
            postgresql_where=_UNDER_WAY,
            sqlite_where=_UNDER_WAY,
        ),
        Index("ix_personal_files_expires_at", "expires_at"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    state: str = Field(default=PersonalFileState.REQUESTED, max_length=20)
    by_the_person: bool
    """Asked for with the person's own token; with what concerns a disability then, and else without."""
    requester: str = Field(max_length=255)
    """`sub` of who asked."""
    requester_issuer: str
    recipient: str = Field(max_length=100)
    secret: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The other half of `recipient`, sealed; gone once the copy has expired."""
    due_at: datetime
    expires_at: datetime
    archive_key: str | None = Field(default=None, max_length=64)
    archive_size: int | None = Field(default=None, sa_type=BigInteger)
    """Bytes of what is downloaded."""
    missing: list[str] = Field(default_factory=list, sa_type=JSON)
    """Services that gave no part in time."""


class PersonalFilePart(Base, table=True):
    """A service's part, in the exchange store until the copy is assembled."""

    __tablename__ = "personal_file_parts"

    personal_file_id: UUID = Field(primary_key=True, foreign_key="personal_files.id")
    service: str = Field(primary_key=True, max_length=20)
    content_key: str = Field(max_length=64)
    size: int = Field(sa_type=BigInteger)
