"""All tables of the service, for the migrations."""

from parchemin.candidates.base import Base
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.referentials.models import KnownReferential

__all__ = ["Base", "Candidate", "Enrolment", "KnownReferential", "Organisation"]
