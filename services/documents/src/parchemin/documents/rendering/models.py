"""What each printed document says: frozen values, checked on the way in, with nothing left to look up."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from parchemin.contracts import vocabulary
from parchemin.documents.rendering.minutes import (
    Attendance,
    CandidateDecision,
    CompetencyOutcome,
    Incident,
    JuryMember,
    JuryMinutes,
    JuryRules,
    ModalityDecision,
    Override,
    Vote,
)
from parchemin.documents.rendering.parts import (
    TEMPLATE_VERSION,
    CertifierMentions,
    ClockTime,
    Holder,
    JurySession,
    Letterhead,
    Outcome,
    Printed,
    RegisterNumber,
    Text,
    Verification,
)

__all__ = [
    "TEMPLATE_VERSION",
    "Appointment",
    "Attendance",
    "AttestedCompetency",
    "BlockAttestation",
    "BlockName",
    "CandidateDecision",
    "CertifierMentions",
    "CompetencyOutcome",
    "CompetencyResult",
    "Convocation",
    "CriterionShortfall",
    "Diploma",
    "Document",
    "Holder",
    "Incident",
    "JuryMember",
    "JuryMinutes",
    "JuryRules",
    "JurySession",
    "Letterhead",
    "MeetingPlace",
    "ModalityDecision",
    "ModalityResult",
    "Outcome",
    "Override",
    "ResultsNotice",
    "Retake",
    "ValidatedBlock",
    "Verification",
    "Vote",
]


class ValidatedBlock(Printed):
    number: int
    title: Text
    validated_on: date
    recognised: bool = False
    """Obtained elsewhere or earlier, and recognised on that day: no jury of this enrolment assessed it."""


class Diploma(Printed):
    """*Parchemin*: the certification itself."""

    kind: Literal["diploma"] = "diploma"
    letterhead: Letterhead
    holder: Holder
    certification_title: Text
    register_number: RegisterNumber
    awarded_on: date
    blocks: tuple[ValidatedBlock, ...] = Field(min_length=1)


def _attested(outcome: Outcome) -> Outcome:
    if outcome not in {Outcome.ACQUIRED, Outcome.EXEMPT}:
        raise ValueError("an attestation attests what is acquired or exempt, and nothing else")
    return outcome


class AttestedCompetency(Printed):
    code: Text
    statement: Text | None
    """`None` where the registered referential has no statement (C.18)."""
    criteria_title: Text
    outcome: Annotated[Outcome, AfterValidator(_attested)]


class BlockAttestation(Printed):
    """*Attestation de validation de bloc*: covers one block, and says that it does."""

    kind: Literal["block_attestation"] = "block_attestation"
    letterhead: Letterhead
    holder: Holder
    certification_title: Text
    block_number: int
    block_title: Text
    block_count: int = 3
    validated_on: date
    competencies: tuple[AttestedCompetency, ...] = Field(min_length=1)


class CriterionShortfall(Printed):
    text: Text
    level: vocabulary.CriterionLevel
    comment: Text | None = None


class CompetencyResult(Printed):
    code: Text
    criteria_title: Text
    outcome: Outcome
    shortfalls: tuple[CriterionShortfall, ...] = ()
    """For a competency not acquired: the criteria that were not, or only partly, met."""


class ModalityResult(Printed):
    modality: Text
    attendance: vocabulary.Attendance = vocabulary.Attendance.PRESENT
    competencies: tuple[CompetencyResult, ...]


class BlockName(Printed):
    number: int
    title: Text


class Retake(Printed):
    modality: Text
    competencies: tuple[Text, ...] = Field(min_length=1)


class ResultsNotice(Printed):
    """What one candidate is told after one session."""

    kind: Literal["results_notice"] = "results_notice"
    letterhead: Letterhead
    holder: Holder
    certification_title: Text
    session: JurySession
    modalities: tuple[ModalityResult, ...]
    blocks_validated: tuple[BlockName, ...]
    blocks_missing: tuple[BlockName, ...]
    register_number: RegisterNumber | None = None
    """Set once the certification is awarded."""
    retakes: tuple[Retake, ...] = ()
    appeal: Text
    """Way and time limit of appeal, as the certifier's rules word it."""


class MeetingPlace(Printed):
    place: Text
    address: tuple[Text, ...] = ()
    room: Text | None = None
    floor: Text | None = None
    access_notes: Text | None = None


class Appointment(Printed):
    """One modality of a convocation."""

    modality: Text
    title: Text
    held_on: date
    arrives: ClockTime
    prepares: bool
    """Whether the candidate prepares between `arrives` and `begins`."""
    begins: ClockTime
    ends: ClockTime | None = None
    where: MeetingPlace


class Convocation(Printed):
    """What one candidate is told before one session."""

    kind: Literal["convocation"] = "convocation"
    letterhead: Letterhead
    holder: Holder
    certification_title: Text
    number: int = Field(ge=1)
    appointments: tuple[Appointment, ...] = Field(min_length=1)
    measures: tuple[Text, ...] = ()
    """What is done, never why."""
    bring: Text | None = None


Document = Annotated[
    Diploma | BlockAttestation | JuryMinutes | ResultsNotice | Convocation, Field(discriminator="kind")
]
