"""All tables of the service, for the migrations."""

from parchemin.documents.base import Base
from parchemin.documents.issuing.models import Document
from parchemin.documents.projections.models import (
    KnownCandidate,
    KnownJuror,
    KnownOrganisation,
    KnownReferential,
)

__all__ = ["Base", "Document", "KnownCandidate", "KnownJuror", "KnownOrganisation", "KnownReferential"]
