"""Facts published by the documents service."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import StringConstraints

from parchemin.contracts.envelope import Event

TOPIC = "parchemin.documents.v1"


class DocumentKind(StrEnum):
    """Documents that follow from events, as version 1 was published with them."""

    BLOCK_ATTESTATION = "block_attestation"
    JURY_MINUTES = "jury_minutes"
    RESULTS_NOTICE = "results_notice"
    DIPLOMA = "diploma"


class _DocumentIssued(Event):
    topic: ClassVar[str] = TOPIC

    document_id: UUID
    organisation_id: UUID
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


class DocumentIssuedV1(_DocumentIssued):
    """A document was made and archived. Its content is fetched by id, with the reader's own rights."""

    type: ClassVar[str] = "parchemin.documents.document_issued.v1"

    kind: DocumentKind


class DocumentIssuedV2(_DocumentIssued):
    """As version 1, for the kinds that it does not know: it goes on telling of its own. Ignore a kind that you do not
    know."""

    type: ClassVar[str] = "parchemin.documents.document_issued.v2"

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z]+(_[a-z]+)*$")]
