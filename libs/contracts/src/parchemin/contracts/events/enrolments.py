"""Facts published by the candidates service about the life of an enrolment."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from parchemin.contracts.events.candidates import EnrolmentFact
from parchemin.contracts.vocabulary import EnrolmentState, RecognitionGround, Sha256


class EnrolmentStateChangedV1(EnrolmentFact):
    """An enrolment stands elsewhere in its life. One of which nothing was told is active."""

    type: ClassVar[str] = "parchemin.candidates.enrolment_state_changed.v1"

    state: EnrolmentState
    changed_on: date


class Provenance(BaseModel):
    """Where a recognised block comes from. Names nobody: whoever may see the proof asks the service."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    source_enrolment_id: UUID | None = None
    """The earlier enrolment of the same candidate, where the certifier's table says so."""
    source_version: str | None = None
    """Of the referential of that enrolment."""
    source_blocks: tuple[int, ...] = ()
    """Its blocks that stand for the recognised one."""
    document_date: date | None = None
    """Of the proof of a block that was obtained elsewhere."""
    proof_digest: Sha256 | None = None


class BlockRecognisedV1(EnrolmentFact):
    """A block counts as validated in this enrolment though no jury assesses it there."""

    type: ClassVar[str] = "parchemin.candidates.block_recognised.v1"

    recognition_id: UUID
    block: int
    ground: RecognitionGround
    decided_on: date
    provenance: Provenance = Provenance()


class EnrolmentTransferredV1(EnrolmentFact):
    """An enrolment belongs to another organisation from now on, `organisation_id`, and to the candidate there."""

    type: ClassVar[str] = "parchemin.candidates.enrolment_transferred.v1"

    transfer_id: UUID
    candidate_id: UUID
    former_organisation_id: UUID
    former_candidate_id: UUID
    transferred_on: date
