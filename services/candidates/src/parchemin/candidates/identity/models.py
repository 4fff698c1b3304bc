"""Candidates: who they are."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.common.columns import Aggregate


class Candidate(Aggregate, Base, table=True):
    """A person whom an organisation presents. `person_key` keeps one person from being entered twice."""

    __tablename__ = "candidates"
    __table_args__ = (
        UniqueConstraint("organisation_id", "person_key"),
        CheckConstraint("sex IN ('F', 'M')", name="sex"),
    )

    birth_name: str = Field(max_length=120)
    used_name: str | None = Field(default=None, max_length=120)
    first_names: list[str] = Field(sa_type=JSON)
    sex: str = Field(max_length=1)
    birth_date: date
    birth_city: str = Field(max_length=120)
    birth_country: str = Field(max_length=2)
    birth_insee_code: str | None = Field(default=None, max_length=5)
    birth_postal_code: str | None = Field(default=None, max_length=5)
    email: str | None = Field(default=None, max_length=254)
    subject: str | None = Field(default=None, max_length=255, index=True)
    person_key: str = Field(max_length=64)
