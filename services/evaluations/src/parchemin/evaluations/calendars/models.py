"""Calendar feeds: whose they are, and the hash of the secret that opens them."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class CalendarFeed(Aggregate, Base, table=True):
    """An address under which a calendar program reads a person's slots. Deleted, it opens nothing any more."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (CheckConstraint("(juror_id IS NULL) <> (candidate_id IS NULL)", name="one_owner"),)

    juror_id: UUID | None = Field(default=None, foreign_key="jurors.id", index=True)
    candidate_id: UUID | None = Field(default=None, index=True)
    language: str = Field(max_length=2)
    secret_hash: str = Field(max_length=64, unique=True)
    """SHA-256, in hexadecimal. The secret has 256 random bits: a slow hash would protect it no better."""
