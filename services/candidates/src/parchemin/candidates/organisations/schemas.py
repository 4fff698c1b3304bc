"""Organisations as the API shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from parchemin.common.text import Code, Line


class NewOrganisation(BaseModel):
    """A school to be admitted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"code": "IMI", "name": "Institut des métiers de l'image"}},
    )

    code: Code
    name: Line


class OrganisationView(BaseModel):
    """A school that presents candidates."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str
    created_at: datetime
    updated_at: datetime
