"""Holders as the API shows them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.privacy.holders.identity import HolderIdentity


class HolderSummary(BaseModel):
    """An award in the register, without who holds it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    candidate_id: UUID
    register_number: str
    referential_version: str
    awarded_on: date | None
    revoked_on: date | None
    created_at: datetime
    updated_at: datetime


class HolderView(HolderSummary):
    """An award and its holder; each reading is recorded."""

    identity: HolderIdentity | None = Field(description="Null where nobody knew the person when the award was told")
