"""Facts about the copy of all that is known of a person, which they may ask for (GDPR, articles 15 and 20).

Nothing personal travels: the parts lie in a store that the services share, encrypted to a key made for the request.
"""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from parchemin.contracts.envelope import Event
from parchemin.contracts.events.candidates import TOPIC


class PersonalFileRequestedV1(Event):
    """Each of `services` gathers what it knows of the candidate, and puts it into the shared store until `due_at`."""

    type: ClassVar[str] = "parchemin.candidates.personal_file_requested.v1"
    topic: ClassVar[str] = TOPIC

    request_id: UUID
    candidate_id: UUID
    organisation_id: UUID
    recipient: str
    """Public key of this request (age, X25519): only the candidates service holds the other half."""
    services: tuple[str, ...]
    due_at: AwareDatetime
    """What comes later is not looked at any more."""

    @property
    def key(self) -> str:
        return str(self.candidate_id)

    @property
    def subject(self) -> str:
        return str(self.request_id)


class PersonalFilePart(Event):
    """A service's part lies in the shared store: a tar archive, encrypted to the request's key."""

    request_id: UUID
    candidate_id: UUID
    organisation_id: UUID
    content_key: str
    """SHA-256 of the encrypted part: what it is stored under."""
    size: int
    """Bytes, encrypted."""

    @property
    def key(self) -> str:
        return str(self.candidate_id)

    @property
    def subject(self) -> str:
        return str(self.request_id)


class AssessmentsGatheredV1(PersonalFilePart):
    """The evaluations service gathered what it knows: registrations, attendance, decisions, what was handed in."""

    type: ClassVar[str] = "parchemin.evaluations.assessments_gathered.v1"
    topic: ClassVar[str] = "parchemin.evaluations.v1"


class ProductionsGatheredV1(PersonalFilePart):
    """The budget service gathered what it knows: the candidate's productions and their figures."""

    type: ClassVar[str] = "parchemin.budget.productions_gathered.v1"
    topic: ClassVar[str] = "parchemin.budget.v1"


class DocumentsGatheredV1(PersonalFilePart):
    """The documents service gathered what it knows: the documents that were issued to the candidate."""

    type: ClassVar[str] = "parchemin.documents.documents_gathered.v1"
    topic: ClassVar[str] = "parchemin.documents.v1"
