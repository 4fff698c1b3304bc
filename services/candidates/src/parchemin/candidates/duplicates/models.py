"""What became of candidates' records."""

from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.common.columns import Aggregate


class CandidateChange(Aggregate, Base, table=True):
    """One correction of a record, or one merge into it. Append-only; goes with the person's key."""

    __tablename__ = "candidate_changes"
    __table_args__ = (CheckConstraint("kind IN ('corrected', 'merged')", name="kind"),)

    candidate_id: UUID = Field(foreign_key="candidates.id", index=True)
    kind: str = Field(max_length=20)
    actor: str = Field(max_length=255)
    """`sub` of who did it."""
    content: bytes = Field(sa_type=LargeBinary)
    """A sealed `Change`."""
