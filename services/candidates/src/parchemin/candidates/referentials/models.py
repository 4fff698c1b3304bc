"""What this service knows of the referentials, from the evaluations service's events."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from parchemin.candidates.base import Base


class KnownReferential(Base, table=True):
    """One published version, whole."""

    __tablename__ = "known_referentials"

    version: str = Field(primary_key=True, max_length=32)
    body: dict[str, Any] = Field(sa_type=JSON)
    published_at: datetime
