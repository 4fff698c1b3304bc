"""Copies of persons' files as the API shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.privacy.personal_files.rules import PersonalFileState


class PersonalFileView(BaseModel):
    """A copy of all that is known of a person."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    candidate_id: UUID
    state: PersonalFileState
    by_the_person: bool = Field(
        description="Asked for with the person's own token; with what concerns a disability then, and else without"
    )
    due_at: datetime = Field(description="When it is made of the parts that are there by then")
    expires_at: datetime = Field(description="When everything about it is deleted")
    archive_size: int | None = Field(description="Bytes of the archive, once it is ready")
    missing: list[str] = Field(description="Services that gave no part in time: the copy is not whole")
    created_at: datetime
    updated_at: datetime
