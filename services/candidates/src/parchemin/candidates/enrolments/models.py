"""Enrolments (*parcours*): a candidate, a version of the referential, an access path, a set of blocks."""

from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import AccessPath

_PATHS = ", ".join(f"'{path}'" for path in AccessPath)


class Enrolment(Aggregate, Base, table=True):
    """One candidate's way through one version of the referential."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("candidate_id", "referential_version"),
        CheckConstraint(f"access_path IN ({_PATHS})", name="access_path"),
    )

    candidate_id: UUID = Field(foreign_key="candidates.id")
    referential_version: str = Field(max_length=32)
    access_path: str = Field(max_length=40)
    blocks: list[int] = Field(sa_type=JSON)
