"""What is told of a recognised block."""

from parchemin.candidates.recognitions.models import Recognition
from parchemin.contracts.events.enrolments import BlockRecognisedV1, Provenance
from parchemin.contracts.vocabulary import RecognitionGround


def recognised(recognition: Recognition) -> BlockRecognisedV1:
    """The fact that the block counts from now on."""
    assert recognition.decided_on is not None  # noqa: S101 - narrows the type: it was just decided
    return BlockRecognisedV1(
        enrolment_id=recognition.enrolment_id,
        organisation_id=recognition.organisation_id,
        recognition_id=recognition.id,
        block=recognition.block,
        ground=RecognitionGround(recognition.ground),
        decided_on=recognition.decided_on,
        provenance=Provenance(
            source_enrolment_id=recognition.source_enrolment_id,
            source_version=recognition.source_version,
            source_blocks=tuple(recognition.source_blocks),
            document_date=recognition.document_date,
            proof_digest=recognition.proof_digest,
        ),
    )
