"""Who read a candidate's data."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.candidates.privacy.access_log.rules import AccessKind
from parchemin.common.columns import Aggregate

_KINDS = ", ".join(f"'{kind}'" for kind in AccessKind)


class RecordAccess(Aggregate, Base, table=True):
    """One reading, by somebody else than the person. Never changes: `created_at` is when it was."""

    __tablename__ = "record_accesses"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        Index(None, "candidate_id", "updated_at", "id"),
        Index("ix_record_accesses_created_at", "created_at"),
    )

    candidate_id: UUID
    kind: str = Field(max_length=20)
    role: str = Field(max_length=30)
    """The first of the reader's roles, in the order of the vocabulary."""
    actor_issuer: str
    actor_subject: str = Field(max_length=255)
