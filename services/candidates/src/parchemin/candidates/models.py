"""All tables of the service, for the migrations."""

from parchemin.candidates.accommodations.models import Accommodation, AccommodationReview, KnownConvocation
from parchemin.candidates.base import Base
from parchemin.candidates.duplicates.models import CandidateChange
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.equivalences.models import BlockEquivalence
from parchemin.candidates.exemptions.models import Exemption, GradedCompetency
from parchemin.candidates.follow_ups.models import FollowUp, FollowUpEntry
from parchemin.candidates.identity.models import Candidate, CandidateName
from parchemin.candidates.imports.models import (
    CandidateImport,
    CandidateImportFile,
    CandidateImportRow,
    CandidateOrigin,
)
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.photos.models import CandidatePhoto
from parchemin.candidates.privacy.access_log.models import RecordAccess
from parchemin.candidates.privacy.consents.models import ConsentEntry
from parchemin.candidates.privacy.erasures.models import Erasure, Sitting
from parchemin.candidates.privacy.holders.models import CertifiedHolder
from parchemin.candidates.privacy.personal_files.models import PersonalFile, PersonalFilePart
from parchemin.candidates.privacy.retention.models import RetentionRun
from parchemin.candidates.progress.models import CancelledSession, ProgressFact
from parchemin.candidates.recognitions.models import Recognition
from parchemin.candidates.referentials.models import KnownReferential
from parchemin.candidates.transfers.models import Transfer

__all__ = [
    "Accommodation",
    "AccommodationReview",
    "Base",
    "BlockEquivalence",
    "CancelledSession",
    "Candidate",
    "CandidateChange",
    "CandidateImport",
    "CandidateImportFile",
    "CandidateImportRow",
    "CandidateName",
    "CandidateOrigin",
    "CandidatePhoto",
    "CertifiedHolder",
    "ConsentEntry",
    "Enrolment",
    "Erasure",
    "Exemption",
    "FollowUp",
    "FollowUpEntry",
    "GradedCompetency",
    "KnownConvocation",
    "KnownReferential",
    "Organisation",
    "PersonalFile",
    "PersonalFilePart",
    "ProgressFact",
    "Recognition",
    "RecordAccess",
    "RetentionRun",
    "Sitting",
    "Transfer",
]
