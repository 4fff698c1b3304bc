"""Who holds a certification: what the law has the certifier keep for good (Code du travail, art. L. 6113-8)."""

from datetime import date
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.common.columns import Aggregate


class CertifiedHolder(Aggregate, Base, table=True):
    """One award and its holder. Outlives the candidate's erasure: it is sealed under a key of its own."""

    __tablename__ = "certified_holders"

    candidate_id: UUID = Field(index=True)
    enrolment_id: UUID
    award_id: UUID = Field(unique=True)
    register_number: str = Field(max_length=20, unique=True)
    referential_version: str = Field(max_length=32)
    awarded_on: date | None = None
    """Not known where only the revocation was heard of so far."""
    revoked_on: date | None = None
    identity: bytes | None = Field(default=None, sa_type=LargeBinary)
    """A sealed `HolderIdentity`; none where the award was heard of when nobody knew the candidate any more."""
