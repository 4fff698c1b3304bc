"""Jurors as the API shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parchemin.common.text import Name
from parchemin.contracts.vocabulary import JurorQuality


class JurorEntry(BaseModel):
    """A person who may sit on a jury: what is sent to enter or to correct one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "first_name": "Claire",
                "last_name": "Marchand",
                "quality": "professional",
                "external": True,
            }
        },
    )

    first_name: Name
    last_name: Name
    quality: JurorQuality
    external: bool = Field(strict=True, description="From outside the school")
    subject: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")] | None = Field(
        default=None, description="`sub` of the juror's tokens; the juror's id where none is given"
    )


class JurorView(BaseModel):
    """A juror of the pool."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    first_name: str
    last_name: str
    quality: JurorQuality
    external: bool
    subject: str
    created_at: datetime
    updated_at: datetime
