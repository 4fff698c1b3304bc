"""Calendar feeds as the API shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class NewFeed(BaseModel):
    """Whose calendar: the caller's own where nobody is named."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"juror_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55"}}
    )

    juror_id: UUID | None = None
    candidate_id: UUID | None = None
    language: Literal["fr", "en"] = "fr"


class FeedView(BaseModel):
    """A calendar feed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    juror_id: UUID | None
    candidate_id: UUID | None
    language: Literal["fr", "en"]
    created_at: datetime
    updated_at: datetime


class OpenedFeed(FeedView):
    """A calendar feed that was just opened, with its address."""

    url: str = Field(description="Told this once. Whoever has it reads the calendar: keep it as a password")
