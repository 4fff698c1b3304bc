"""Facts published by the documents service."""

from typing import ClassVar
from uuid import UUID

from parchemin.contracts.envelope import Event
from parchemin.contracts.vocabulary import DocumentKind

TOPIC = "parchemin.documents.v1"


class DocumentIssuedV1(Event):
    """A document was made and archived. Its content is fetched by id, with the reader's own rights."""

    type: ClassVar[str] = "parchemin.documents.document_issued.v1"
    topic: ClassVar[str] = TOPIC

    document_id: UUID
    organisation_id: UUID
    kind: DocumentKind
    enrolment_id: UUID | None
    session_id: UUID | None
    sha256: str
    size: int
    """Bytes."""

    @property
    def key(self) -> str:
        return str(self.enrolment_id or self.session_id or self.document_id)

    @property
    def subject(self) -> str:
        return str(self.document_id)
