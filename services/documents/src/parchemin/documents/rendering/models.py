"""What each printed document says: frozen values, checked on the way in, with nothing left to look up."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from parchemin.contracts import vocabulary

TEMPLATE_VERSION = "2026.1"
"""Version of the shipped templates; it is printed in the footer and changes whenever a template does."""

Text = Annotated[str, StringConstraints(min_length=1)]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
RegisterNumber = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{4,}$")]
Level = Annotated[int, Field(ge=1, le=8)]
Outcome = vocabulary.CompetencyOutcome
"""`exempt`: *dispensée* by decision of the certifier; `kept`: acquired at an earlier session."""


class Printed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CertifierMentions(Printed):
    """What France compétences requires on the parchment about the certifier and the registration."""

    legal_name: Text
    trade_name: Text | None = None
    rncp_number: Text
    decision_date: date
    """Date of the registration decision by the director general of France compétences."""
    level: Level
    """Level of qualification (décret n° 2019-14)."""
    eqf_level: Level
    nsf_codes: tuple[Text, ...] = Field(min_length=1)
    signatory_name: Text
    signatory_role: Text
    place: Text


class Verification(Printed):
    """How anyone checks the paper: a short code, and the public page that the QR code opens."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    url: Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=300)]


class Letterhead(Printed):
    organisation_name: Text
    organisation_code: Text
    certifier: CertifierMentions | None
    verification: Verification | None
    specimen: bool = False
    document_id: Text
    issued_on: date
    language: Literal["fr", "en"] = "fr"
    template_version: Text = TEMPLATE_VERSION

    @property
    def is_specimen(self) -> bool:
        """A document without its mandatory mentions is worth nothing, and says so on every page."""
        return self.specimen or self.certifier is None


class Holder(Printed):
    first_names: tuple[Text, ...] = Field(min_length=1)
    birth_name: Text
    used_name: Text | None = None
    sex: vocabulary.Sex
    birth_date: date
    birth_city: Text
    birth_country: CountryCode
    birth_country_label: Text | None = None
    """Name of the country in the language of the document; printed, or else the code, for a birth abroad."""

    @property
    def full_name(self) -> str:
        return " ".join((*self.first_names, self.birth_name))


class ValidatedBlock(Printed):
    number: int
    title: Text
    validated_on: date


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


class JurySession(Printed):
    place: Text
    held_on: date
    modalities: tuple[Text, ...] = Field(min_length=1)
    referential_version: Text
    policy_name: Text


class JuryMember(Printed):
    name: Text
    quality: vocabulary.JurorQuality
    external: bool
    president: bool = False
    present: bool


class Attendance(Printed):
    candidate_name: Text
    modality: Text
    status: vocabulary.Attendance


class CompetencyOutcome(Printed):
    code: Text
    outcome: Outcome


class ModalityDecision(Printed):
    modality: Text
    competencies: tuple[CompetencyOutcome, ...]


class Override(Printed):
    """The jury, which is sovereign, departed from the proposal for one competency and wrote why."""

    competency: Text
    proposed: Outcome
    decided: Outcome
    reason: Text


class CandidateDecision(Printed):
    candidate_name: Text
    modalities: tuple[ModalityDecision, ...]
    overrides: tuple[Override, ...] = ()
    blocks_validated: tuple[int, ...] = ()
    register_number: RegisterNumber | None = None
    """Set when this session awarded the certification."""


class JuryMinutes(Printed):
    """*Procès-verbal* of a deliberation."""

    kind: Literal["jury_minutes"] = "jury_minutes"
    letterhead: Letterhead
    certification_title: Text
    session: JurySession
    deliberated_on: date
    jury: tuple[JuryMember, ...] = Field(min_length=1)
    quorum: Text
    """The sentence that says whether and how the quorum was reached."""
    attendance: tuple[Attendance, ...]
    decisions: tuple[CandidateDecision, ...]
    incidents: tuple[Text, ...] = ()


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


ClockTime = Annotated[str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]
"""As the school's clocks show it."""


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
