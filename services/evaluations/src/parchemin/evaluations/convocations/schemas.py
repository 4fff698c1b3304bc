"""Convocations as the API shows them."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from parchemin.common.problems.validation import refusal
from parchemin.common.text import Paragraph
from parchemin.evaluations.instants import WholeMinute


class ConvocationEntry(BaseModel):
    """What to tell the candidates beside their slots."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"bring": "Une pièce d'identité et deux exemplaires du dossier."}},
    )

    bring: Paragraph | None = Field(default=None, description="What to bring; the service's setting where null")
    starts_at: WholeMinute | None = Field(
        default=None, description="One time for everyone: for a session without a timetable, and only there"
    )
    ends_at: WholeMinute | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_at is not None and (self.starts_at is None or self.starts_at >= self.ends_at):
            raise refusal("ends_before", fr="La fin précède le début.", en="It ends before it starts.")
        return self


class ConvenedView(BaseModel):
    """What convening did."""

    convened: int = Field(description="Candidates who are told something new")
    unchanged: int = Field(description="Candidates whose last convocation says it already")


class ConvocationView(BaseModel):
    """One convocation."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    session_id: UUID
    enrolment_id: UUID
    number: int = Field(description="1, and one more each time that something changed")
    convened_by: str = Field(description="`sub` of the token that asked for it")
    created_at: datetime
    updated_at: datetime
