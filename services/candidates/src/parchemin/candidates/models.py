"""All tables of the service, for the migrations."""

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.base import Base
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.equivalences.models import BlockEquivalence
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.identity.models import Candidate, CandidateName
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.progress.models import CancelledSession, ProgressFact
from parchemin.candidates.recognitions.models import Recognition
from parchemin.candidates.referentials.models import KnownReferential
from parchemin.candidates.transfers.models import Transfer

__all__ = [
    "Accommodation",
    "Base",
    "BlockEquivalence",
    "CancelledSession",
    "Candidate",
    "CandidateName",
    "Enrolment",
    "Exemption",
    "KnownReferential",
    "Organisation",
    "ProgressFact",
    "Recognition",
    "Transfer",
]
