"""Facts published by the evaluations service."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from parchemin.contracts.envelope import Event
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import (
    Attendance,
    CompetencyCode,
    CompetencyOutcome,
    CriterionCode,
    CriterionLevel,
    IncidentKind,
    IncidentOutcome,
    JurorQuality,
    ModalityCode,
    RecognitionGround,
    Sha256,
)

TOPIC = "parchemin.evaluations.v1"
IDENTITY_TOPIC = "parchemin.evaluations.identity.v1"
"""Compacted: the latest state for each juror."""


class Part(BaseModel):
    """A piece of an event's data."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class ReferentialPublishedV1(Event):
    """The certifier published a version of the referential; carries it whole."""

    type: ClassVar[str] = "parchemin.evaluations.referential_published.v1"
    topic: ClassVar[str] = TOPIC

    referential: Referential

    @property
    def key(self) -> str:
        return self.referential.version


class JurorIdentity(Part):
    """What the minutes print of a juror."""

    first_name: str
    last_name: str
    quality: JurorQuality
    external: bool
    """From outside the organisation that presents the candidates."""


class JurorIdentifiedV1(Event):
    """A juror's identity was recorded or corrected."""

    type: ClassVar[str] = "parchemin.evaluations.juror_identified.v1"
    topic: ClassVar[str] = IDENTITY_TOPIC

    juror_id: UUID
    organisation_id: UUID
    pii: JurorIdentity

    @property
    def key(self) -> str:
        return str(self.juror_id)


class SheetSignedV1(Event):
    """A juror signed a sheet, or a correction of one. Marks never travel: whoever may read them asks the service."""

    type: ClassVar[str] = "parchemin.evaluations.sheet_signed.v1"
    topic: ClassVar[str] = TOPIC

    sheet_id: UUID
    registration_id: UUID
    enrolment_id: UUID
    session_id: UUID
    organisation_id: UUID
    juror_id: UUID
    modality: ModalityCode
    number: int
    """1 for the sheet, 2 for its first correction, and so on."""
    signed_at: AwareDatetime
    digest: Sha256 | None = None
    """Of all that the sheet says, its marks included: whoever may read the sheet can tell whether it is the one that
    was signed. Absent where a sheet was signed before digests were."""

    @property
    def key(self) -> str:
        return str(self.enrolment_id)

    @property
    def subject(self) -> str:
        return str(self.sheet_id)


class AssessedCriterion(Part):
    """The level on which the signed sheets agree, by the policy."""

    code: CriterionCode
    level: CriterionLevel


class CompetencyResult(Part):
    """What the session says of one competency of a modality."""

    code: CompetencyCode
    outcome: CompetencyOutcome
    criteria: tuple[AssessedCriterion, ...] = ()
    """Empty where the competency was not assessed."""


class ModalityResult(Part):
    """One registration, decided."""

    registration_id: UUID
    modality: ModalityCode
    attendance: Attendance
    competencies: tuple[CompetencyResult, ...]


class EnrolmentFact(Event):
    """What all facts about one enrolment share: their order is kept per enrolment."""

    topic: ClassVar[str] = TOPIC

    enrolment_id: UUID
    candidate_id: UUID
    organisation_id: UUID
    referential_version: str

    @property
    def key(self) -> str:
        return str(self.enrolment_id)


class BlockValidatedV1(EnrolmentFact):
    """All competencies of a block are acquired or exempt. Once per enrolment and block."""

    type: ClassVar[str] = "parchemin.evaluations.block_validated.v1"

    validation_id: UUID
    block: int
    session_id: UUID
    validated_on: date
    competencies: tuple[CompetencyResult, ...]
    """Outcome `acquired` or `exempt`, in the order of the referential; without criteria."""


class AwardedBlock(Part):
    """One of the blocks that an award rests on."""

    block: int
    validated_on: date
    session_id: UUID


class RecognisedBlock(Part):
    """A block that an award rests on though no jury assessed it in this enrolment."""

    block: int
    recognised_on: date
    ground: RecognitionGround
    source_version: str | None = None
    """Of the referential that it was validated under, where the certifier's table of equivalences says so."""
    source_blocks: tuple[int, ...] = ()


class CertificationAwardedV1(EnrolmentFact):
    """All blocks are validated: the certification is awarded, once, with the next number of the register."""

    type: ClassVar[str] = "parchemin.evaluations.certification_awarded.v1"

    award_id: UUID
    register_number: str
    """Year and rank, gapless: `2026-0001`."""
    awarded_on: date
    session_id: UUID
    blocks: tuple[AwardedBlock, ...]
    """Those that juries validated."""
    recognised: tuple[RecognisedBlock, ...] = ()
    """Those that were recognised: with `blocks`, all of the referential."""


class ResultsDecidedV1(EnrolmentFact):
    """What one closed session decided for one enrolment."""

    type: ClassVar[str] = "parchemin.evaluations.results_decided.v1"

    session_id: UUID
    session_date: date
    decided_on: date
    place: str
    modalities: tuple[ModalityResult, ...]
    blocks_enrolled: tuple[int, ...]
    blocks_validated: tuple[int, ...]
    """All that are validated so far, this session's included."""
    register_number: str | None
    """Of the award, where this session led to it."""
    policy: str = "default"
    """As in ``DeliberationClosedV1``."""


class SeatedJuror(Part):
    """A juror of the session and whether they sat at the deliberation."""

    juror_id: UUID
    president: bool
    present: bool
    sworn_at: AwareDatetime | None = None
    """When they last stated on their honour to have no ties but those declared."""
    recused: tuple[UUID, ...] = ()
    """Enrolments that they neither graded nor decided on, because of a declared tie."""


class AppliedJuryRules(Part):
    """Rules of composition that the jury was held to."""

    code: str
    version: str
    source: str


class VoteCount(Part):
    """The voices on one decision."""

    in_favour: int
    against: int
    abstentions: int
    president_in_favour: bool
    """Casting where as many are for it as against."""


class Override(Part):
    """The jury departed from the proposal, with its reason."""

    competency: CompetencyCode
    proposed: CompetencyOutcome
    decided: CompetencyOutcome
    reason: str
    vote: VoteCount | None = None
    """Unanimous where none is told."""


class MinutesRegistration(Part):
    """One line of the minutes."""

    enrolment_id: UUID
    candidate_id: UUID
    result: ModalityResult
    overrides: tuple[Override, ...]


class MinutesValidation(Part):
    """A block validated at this session, and the award where it led to one."""

    enrolment_id: UUID
    candidate_id: UUID
    blocks: tuple[int, ...]
    register_number: str | None


class MinutesIncident(Part):
    """What happened at the session, without its description."""

    kind: IncidentKind
    occurred_at: AwareDatetime
    enrolment_id: UUID | None = None
    outcome: IncidentOutcome | None = None
    """Of the procedure, where there was one."""
    reason: str | None = None


class DeliberationClosedV1(Event):
    """The jury closed its deliberation; carries what the minutes (*procès-verbal*) print."""

    type: ClassVar[str] = "parchemin.evaluations.deliberation_closed.v1"
    topic: ClassVar[str] = TOPIC

    session_id: UUID
    organisation_id: UUID
    referential_version: str
    policy: str
    """The rule that the proposals were made by: ``default``, ``partly_met``, ``all_criteria``, ``points``."""
    place: str
    session_date: date
    deliberated_on: date
    modalities: tuple[ModalityCode, ...]
    jury: tuple[SeatedJuror, ...]
    registrations: tuple[MinutesRegistration, ...]
    validations: tuple[MinutesValidation, ...]
    adopted_by: str | None = None
    """How the decisions were adopted as a whole: ``unanimity``, ``majority``, ``casting_vote``."""
    jury_rules: tuple[AppliedJuryRules, ...] = ()
    incidents: tuple[MinutesIncident, ...] = ()

    @property
    def key(self) -> str:
        return str(self.session_id)
