"""The fact that a person is forgotten."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from parchemin.contracts.envelope import Event
from parchemin.contracts.events.candidates import IDENTITY_TOPIC


class CandidateErasedV1(Event):
    """A candidate's data were erased. Whoever holds something of the person destroys it; what the law makes a register
    keep stays there.

    On the compacted topic of identities: it replaces the identity as the latest state, so that compaction removes the
    identity from the log. Nothing follows it under this key.
    """

    type: ClassVar[str] = "parchemin.candidates.candidate_erased.v1"
    topic: ClassVar[str] = IDENTITY_TOPIC
    forgets: ClassVar[bool] = True

    candidate_id: UUID
    organisation_id: UUID
    erased_at: AwareDatetime

    @property
    def key(self) -> str:
        return str(self.candidate_id)
