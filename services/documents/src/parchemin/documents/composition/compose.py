"""From facts and what is known to what a document prints. Pure: the same in gives the same out, for ever."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from parchemin.contracts.events.appeals import BlockValidationRevokedV1, CertificationRevokedV1
from parchemin.contracts.events.evaluations import (
    BlockValidatedV1,
    CertificationAwardedV1,
    DeliberationClosedV1,
    ResultsDecidedV1,
)
from parchemin.contracts.events.sessions import CandidateConvenedV1
from parchemin.contracts.vocabulary import DocumentKind
from parchemin.documents.composition.awards import block_attestation, diploma
from parchemin.documents.composition.convocation import convocation
from parchemin.documents.composition.drafts import Draft, Stationery
from parchemin.documents.composition.knowledge import Fact, Knowledge, Revocation
from parchemin.documents.composition.minutes import jury_minutes
from parchemin.documents.composition.notice import results_notice
from parchemin.documents.rendering.models import Document

FACTS: dict[DocumentKind, type[Fact]] = {
    DocumentKind.DIPLOMA: CertificationAwardedV1,
    DocumentKind.BLOCK_ATTESTATION: BlockValidatedV1,
    DocumentKind.RESULTS_NOTICE: ResultsDecidedV1,
    DocumentKind.JURY_MINUTES: DeliberationClosedV1,
    DocumentKind.CONVOCATION: CandidateConvenedV1,
}
"""The fact that each kind of document follows from."""


def day_of(fact: Fact) -> date:
    """The day of the fact, which is the document's day of issue whenever it is made."""
    match fact:
        case CertificationAwardedV1():
            return fact.awarded_on
        case BlockValidatedV1():
            return fact.validated_on
        case ResultsDecidedV1():
            return fact.decided_on
        case DeliberationClosedV1():
            return fact.deliberated_on
        case CandidateConvenedV1():
            return fact.convened_on


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about."""

    kind: DocumentKind
    key: str
    """One document for each, whatever else a second event of the same fact may say."""
    candidate_id: UUID | None = None
    enrolment_id: UUID | None = None
    block: int | None = None
    origin: UUID | None = None
    """The award or the validation that a later ruling may take back."""

    @property
    def revoked_key(self) -> str | None:
        """What the document is filed under once it is revoked, so that a new award finds the key free."""
        return f"{self.key}:{self.origin}" if self.origin else None


def subject_of(fact: Fact | Revocation) -> Subject:
    """What the document of this fact, or the one that falls with this revocation, is about."""
    match fact:
        case CertificationAwardedV1() | CertificationRevokedV1():
            kind = DocumentKind.DIPLOMA
            key = f"{kind}:{fact.enrolment_id}"
            return Subject(kind, key, fact.candidate_id, fact.enrolment_id, origin=fact.award_id)
        case BlockValidatedV1() | BlockValidationRevokedV1():
            kind = DocumentKind.BLOCK_ATTESTATION
            key = f"{kind}:{fact.enrolment_id}:{fact.block}"
            return Subject(kind, key, fact.candidate_id, fact.enrolment_id, fact.block, fact.validation_id)
        case ResultsDecidedV1():
            kind = DocumentKind.RESULTS_NOTICE
            key = f"{kind}:{fact.enrolment_id}:{fact.session_id}"
            return Subject(kind, key, fact.candidate_id, fact.enrolment_id)
        case DeliberationClosedV1():
            kind = DocumentKind.JURY_MINUTES
            return Subject(kind, f"{kind}:{fact.session_id}")
        case CandidateConvenedV1():
            kind = DocumentKind.CONVOCATION
            key = f"{kind}:{fact.enrolment_id}:{fact.session_id}:{fact.number}"
            return Subject(kind, key, fact.candidate_id, fact.enrolment_id)


def compose(fact: Fact, draft: Draft, known: Knowledge, stationery: Stationery) -> Document:
    """What the document of `fact` prints. Needs all of `Needs.of(fact)`; KeyError where the facts contradict the
    referential."""
    match fact:
        case CertificationAwardedV1():
            return diploma(fact, draft, known, stationery)
        case BlockValidatedV1():
            return block_attestation(fact, draft, known, stationery)
        case ResultsDecidedV1():
            return results_notice(fact, draft, known, stationery)
        case DeliberationClosedV1():
            return jury_minutes(fact, draft, known, stationery)
        case CandidateConvenedV1():
            return convocation(fact, draft, known, stationery)
