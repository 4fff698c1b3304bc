"""Photos of candidates, sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field

from parchemin.candidates.base import Base


class CandidatePhoto(Base, table=True):
    """The one photo of a candidate."""

    __tablename__ = "candidate_photos"

    candidate_id: UUID = Field(primary_key=True, foreign_key="candidates.id")
    picture: bytes = Field(sa_type=LargeBinary)
    """A sealed JPEG."""
    taken_in_at: datetime
