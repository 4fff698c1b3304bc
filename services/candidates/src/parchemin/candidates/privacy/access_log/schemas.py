"""Readings as the API shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from parchemin.candidates.privacy.access_log.models import RecordAccess
from parchemin.candidates.privacy.access_log.rules import AccessKind
from parchemin.common.vault import BlindIndex
from parchemin.contracts.vocabulary import Role


class RecordAccessView(BaseModel):
    """One reading of the person's data by somebody else."""

    id: UUID
    at: datetime
    kind: AccessKind
    role: Role = Field(description="In which the reader came")
    actor: str = Field(description="Stands for the reader: the same in all readings of this person's data, no name")
    actor_subject: str | None = Field(description="`sub` of the reader; for the administrator only")

    @classmethod
    def of(cls, access: RecordAccess, index: BlindIndex, *, tell_subject: bool) -> "RecordAccessView":
        """What is told of a row."""
        place = f"record_accesses.actor:{access.candidate_id}"
        return cls(
            id=access.id,
            at=access.created_at,
            kind=AccessKind(access.kind),
            role=Role(access.role),
            actor=index.digest(place, f"{access.actor_issuer} {access.actor_subject}").hex()[:16],
            actor_subject=access.actor_subject if tell_subject else None,
        )
