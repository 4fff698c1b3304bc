"""All tables of the service, for the migrations."""

from parchemin.budget.base import Base
from parchemin.budget.enrolments.models import KnownEnrolment
from parchemin.budget.estimates.models import Estimate, EstimateLine
from parchemin.budget.productions.models import Production
from parchemin.budget.snapshots.models import ProductionSnapshot

__all__ = ["Base", "Estimate", "EstimateLine", "KnownEnrolment", "Production", "ProductionSnapshot"]
