"""Enrolments as the API shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parchemin.common.numbers import WRITTEN_AS_A_NUMBER
from parchemin.contracts.vocabulary import AccessPath

Blocks = Annotated[list[Annotated[int, Field(ge=1, le=99), WRITTEN_AS_A_NUMBER]], Field(min_length=1, max_length=20)]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$")]


class NewEnrolment(BaseModel):
    """An enrolment to be opened; on the latest version of the referential where none is named."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "candidate_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "access_path": "apprenticeship",
                "blocks": [1, 2, 3],
            }
        },
    )

    candidate_id: UUID
    access_path: AccessPath
    blocks: Blocks = Field(description="Numbers of the blocks aimed at: all for the whole certification")
    referential_version: Version | None = None


class EnrolmentBlocks(BaseModel):
    """All blocks that an enrolment aims at."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"blocks": [1, 2, 3]}})

    blocks: Blocks


class EnrolmentView(BaseModel):
    """A candidate's way through the certification."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    candidate_id: UUID
    referential_version: str
    access_path: AccessPath
    blocks: list[int]
    created_at: datetime
    updated_at: datetime
