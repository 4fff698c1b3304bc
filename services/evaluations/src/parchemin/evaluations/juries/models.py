"""What jurors stated on their honour."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class JuryStatement(Aggregate, Base, table=True):
    """A juror's sworn statement for the candidates of one session. Each is kept; the last one counts."""

    __tablename__ = "jury_statements"

    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    juror_id: UUID = Field(foreign_key="jurors.id")
    sworn_at: datetime
    candidates: int
    """How many registrations the session had then."""
