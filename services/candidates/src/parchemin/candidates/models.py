"""All tables of the service, for the migrations."""

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.base import Base
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.identity.models import Candidate, CandidateName
from parchemin.candidates.imports.models import (
    CandidateImport,
    CandidateImportFile,
    CandidateImportRow,
    CandidateOrigin,
)
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.referentials.models import KnownReferential

__all__ = [
    "Accommodation",
    "Base",
    "Candidate",
    "CandidateImport",
    "CandidateImportFile",
    "CandidateImportRow",
    "CandidateName",
    "CandidateOrigin",
    "Enrolment",
    "Exemption",
    "KnownReferential",
    "Organisation",
]
