"""All tables of the service, for the migrations."""

from parchemin.evaluations.awards.models import Award, BlockValidation, RegisterCounter
from parchemin.evaluations.base import Base
from parchemin.evaluations.deliberation.models import Decision, Override
from parchemin.evaluations.enrolments.models import KnownCandidate, KnownEnrolment, KnownExemption
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.referential.models import PublishedReferential
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import ConflictOfInterest, EvaluationSession, JurySeat
from parchemin.evaluations.submissions.models import Deposit, DepositPart, Preparation

__all__ = [
    "Award",
    "Base",
    "BlockValidation",
    "ConflictOfInterest",
    "Decision",
    "Deposit",
    "DepositPart",
    "EvaluationSession",
    "Juror",
    "JurySeat",
    "KnownCandidate",
    "KnownEnrolment",
    "KnownExemption",
    "Override",
    "Preparation",
    "PublishedReferential",
    "RegisterCounter",
    "Registration",
    "Sheet",
]
