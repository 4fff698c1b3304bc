"""Jurors as the API shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parchemin.common.text import Line, Name
from parchemin.contracts.vocabulary import JurorQuality, Sex


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
                "employer": "Les Films du Canal",
                "fields": ["production exécutive", "documentaire"],
                "qualified": True,
                "sex": "F",
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
    employer: Line | None = None
    fields: list[Line] = Field(default=[], max_length=20, description="Of the trade, as the school words them")
    qualified: bool = Field(
        default=False, strict=True, description="For the certification: practises or teaches the trade it attests"
    )
    sex: Sex | None = Field(default=None, description="Asked for where the rules want a balanced jury")


class JurorView(BaseModel):
    """A juror of the pool."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    first_name: str
    last_name: str
    quality: JurorQuality
    external: bool
    subject: str
    employer: str | None
    fields: list[str]
    qualified: bool
    sex: Sex | None
    created_at: datetime
    updated_at: datetime
