"""The closed lists of the field. English terms; French labels are added where a person reads them."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

CompetencyCode = Annotated[str, StringConstraints(pattern=r"^C\.[0-9]{1,3}$")]
CriterionCode = Annotated[str, StringConstraints(pattern=r"^C[0-9]{1,3}\.[0-9]{1,3}$")]
ModalityCode = Annotated[str, StringConstraints(pattern=r"^M[0-9]{1,3}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A digest, in hexadecimal."""


class Role(StrEnum):
    """What a person or a program may be, as the `roles` claim of its token says."""

    ADMINISTRATOR = "administrator"
    JURY_MEMBER = "jury_member"
    JURY_PRESIDENT = "jury_president"
    DISABILITY_OFFICER = "disability_officer"
    CERTIFIER = "certifier"
    CANDIDATE = "candidate"
    CLIENT = "client"


class Sex(StrEnum):
    """As the civil register has it; the national register takes no other value."""

    FEMALE = "F"
    MALE = "M"


class AccessPath(StrEnum):
    """How a candidate comes to the certification (*voie d'accès*)."""

    INITIAL_TRAINING = "initial_training"
    APPRENTICESHIP = "apprenticeship"
    PROFESSIONALISATION_CONTRACT = "professionalisation_contract"
    CONTINUING_TRAINING = "continuing_training"
    VAE = "vae"
    INDIVIDUAL_APPLICATION = "individual_application"


class EnrolmentState(StrEnum):
    """Where an enrolment stands; the order is that of its life."""

    APPLIED = "applied"
    ADMITTED = "admitted"
    ACTIVE = "active"
    COMPLETED = "completed"
    """All that it aims at is validated or recognised."""
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class RecognitionGround(StrEnum):
    """Why a block counts without being assessed."""

    EQUIVALENCE = "equivalence"
    """Validated under another version of the referential, by the certifier's table."""
    PROOF = "proof"
    """Obtained elsewhere or earlier, and proved."""


class MeasureKind(StrEnum):
    """Reasonable accommodations that the referential names (article 2 CRDPH), and `other`."""

    ACCESSIBLE_PREMISES = "accessible_premises"
    EXTRA_TIME = "extra_time"
    EQUIPMENT = "equipment"
    ADMINISTRATIVE_SUPPORT = "administrative_support"
    OTHER = "other"


class MeasureScope(StrEnum):
    """What a measure applies to: the preparation of the dossier, the evaluation itself, or both."""

    PREPARATION = "preparation"
    EVALUATION = "evaluation"


class ExemptionDecision(StrEnum):
    """What the certifier answers to an argued proposal."""

    GRANTED = "granted"
    REFUSED = "refused"


class SessionState(StrEnum):
    """Where an evaluation session stands; the order is that of its life."""

    DRAFT = "draft"
    OPEN = "open"
    RUNNING = "running"
    DELIBERATING = "deliberating"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Attendance(StrEnum):
    """What the attendance sheet (*émargement*) says."""

    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


class JurorQuality(StrEnum):
    """Whom a juror speaks for."""

    PROFESSIONAL = "professional"
    TEACHER = "teacher"


class CriterionLevel(StrEnum):
    """A juror's finding on one criterion."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"


class CompetencyOpinion(StrEnum):
    """A juror's own opinion on a competency; it informs the deliberation, the policy reads the levels."""

    FAVOURABLE = "favourable"
    RESERVED = "reserved"
    UNFAVOURABLE = "unfavourable"


class CompetencyOutcome(StrEnum):
    """What a closed session says of one competency."""

    ACQUIRED = "acquired"
    NOT_ACQUIRED = "not_acquired"
    EXEMPT = "exempt"
    KEPT = "kept"
    """Acquired in an earlier session: not assessed again."""


class DocumentKind(StrEnum):
    """Documents that follow from events."""

    BLOCK_ATTESTATION = "block_attestation"
    JURY_MINUTES = "jury_minutes"
    RESULTS_NOTICE = "results_notice"
    DIPLOMA = "diploma"
    CONVOCATION = "convocation"


class IncidentKind(StrEnum):
    """What went wrong on the day of a session."""

    INCIDENT = "incident"
    FRAUD_SUSPICION = "fraud_suspicion"


class IncidentOutcome(StrEnum):
    """What the jury decides on a suspicion of fraud, once the candidate was heard."""

    DISMISSED = "dismissed"
    WARNING = "warning"
    EXCLUDED = "excluded"
    """Nothing is acquired in that registration."""


class AppealRuling(StrEnum):
    """How the certifier answers an appeal."""

    UPHELD = "upheld"
    REJECTED = "rejected"
    INADMISSIBLE = "inadmissible"
    """Out of time, or from who may not appeal: not looked into."""
