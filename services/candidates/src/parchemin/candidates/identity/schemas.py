"""Candidates as the API shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.person import Person
from parchemin.common.dates import Day
from parchemin.common.text import CountryCode, Email, Name
from parchemin.contracts.vocabulary import Sex

InseeCode = Annotated[str, StringConstraints(pattern=r"^([0-9]{5}|2[AB][0-9]{3})$")]
PostalCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
Subject = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]


class BirthPlace(BaseModel):
    """As the civil register has it. `insee_code` or `postal_code` for a French commune, neither abroad."""

    model_config = ConfigDict(extra="forbid")

    city: Name
    country: CountryCode = Field(description="ISO 3166-1 alpha-2")
    insee_code: InseeCode | None = Field(default=None, description="Code officiel géographique of the commune")
    postal_code: PostalCode | None = None


class CandidateEntry(BaseModel):
    """A candidate's record: what is sent to create it, or to replace it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "birth_name": "Lefèvre",
                "used_name": None,
                "first_names": ["Zoé"],
                "sex": "F",
                "birth_date": "1999-06-17",
                "birth_place": {"city": "Paris 12e", "country": "FR", "insee_code": "75112"},
                "email": "zoe.lefevre@example.org",
            }
        },
    )

    birth_name: Name
    used_name: Name | None = None
    first_names: list[Name] = Field(min_length=1, max_length=10)
    sex: Sex
    birth_date: Day
    birth_place: BirthPlace
    email: Email | None = None
    subject: Subject | None = Field(
        default=None, description="`sub` of the candidate's own tokens; lets them read their record"
    )

    def person(self) -> Person:
        """What is kept of the entry."""
        return Person.model_validate(self.model_dump())


class CandidateView(BaseModel):
    """A candidate."""

    id: UUID
    organisation_id: UUID
    birth_name: str
    used_name: str | None
    first_names: list[str]
    sex: Sex
    birth_date: Day
    birth_place: BirthPlace
    email: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, candidate: Candidate, person: Person) -> "CandidateView":
        """A row, and who it is about."""
        return cls(
            **candidate.model_dump(include={"id", "organisation_id", "created_at", "updated_at"}),
            **person.model_dump(include=set(cls.model_fields) - {"birth_place"}),
            birth_place=BirthPlace.model_construct(**person.birth_place.model_dump()),
        )
