"""All tables of the service, for the migrations."""

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.base import Base
from parchemin.candidates.duplicates.models import CandidateChange
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.identity.models import Candidate, CandidateName
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.photos.models import CandidatePhoto
from parchemin.candidates.referentials.models import KnownReferential

__all__ = [
    "Accommodation",
    "Base",
    "Candidate",
    "CandidateChange",
    "CandidateName",
    "CandidatePhoto",
    "Enrolment",
    "Exemption",
    "KnownReferential",
    "Organisation",
]
