"""The verification of a document as the API shows it."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from parchemin.contracts.vocabulary import DocumentKind


class VerificationRequest(BaseModel):
    """The code that a paper bears."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"code": "7KQF-2MZD-X4AB-9TQ2C"}})

    code: str = Field(max_length=100, description="In any case, with or without dashes and blanks")


class VerificationView(BaseModel):
    """No more than the paper tells. Of an unknown code, and alike of one that is mistyped, every other member is
    null."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "status": "valid",
                "kind": "block_attestation",
                "certification_title": "Chargé de productions audiovisuelles, cinéma et plurimédia",
                "block": 3,
                "register_number": None,
                "issued_on": "2026-07-02",
                "organisation": "Institut des métiers de l'image",
                "holder_initials": "Z. L.",
                "specimen": False,
                "revoked_on": None,
            }
        }
    )

    status: Literal["valid", "revoked", "unknown"] = Field(
        description="`revoked`: it was issued, and attests nothing any more; its particulars are told as before"
    )
    kind: DocumentKind | None = None
    certification_title: str | None = None
    block: int | None = Field(default=None, description="The only block that an attestation covers")
    register_number: str | None = Field(default=None, description="Of the award, on a paper that bears it")
    issued_on: date | None = None
    organisation: str | None = Field(default=None, description="School that presented the holder")
    holder_initials: str | None = Field(default=None, description="Null where the holder's data were erased")
    specimen: bool | None = Field(default=None, description="True: the document has no value, and says so")
    revoked_on: date | None = Field(default=None, description="Day of the revocation, of a revoked document")
