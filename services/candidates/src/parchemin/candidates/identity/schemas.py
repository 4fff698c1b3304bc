"""Candidates as the API shows them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parchemin.candidates.geography.countries import countries
from parchemin.candidates.identity.checks import birth_commune
from parchemin.candidates.identity.members import CpfFileNumber, Ine, KnownCountry, PersonalEntry, Phone
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.person import Person
from parchemin.common.text import Email, Line, Name
from parchemin.contracts.partial_dates import PartialDate
from parchemin.contracts.vocabulary import Sex

InseeCode = Annotated[str, StringConstraints(pattern=r"^([0-9]{5}|2[AB][0-9]{3})$")]
PostalCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
Subject = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]


class BirthPlace(PersonalEntry):
    """As the civil register has it: in France the commune's code, or its name with the postal code; abroad neither."""

    city: Name
    country: KnownCountry = Field(description="ISO 3166-1 alpha-2 of the country in which the place lies today")
    insee_code: InseeCode | None = Field(
        default=None, description="Code officiel géographique of the commune, of the date of birth"
    )
    postal_code: PostalCode | None = Field(default=None, description="Tells the commune together with `city`")


class BirthPlaceView(BaseModel):
    """A birth place, with the codes that the national register asks for."""

    city: str
    country: str
    country_insee_code: str | None = Field(description="`99…` of a birth abroad; null in France")
    insee_code: str | None
    postal_code: str | None


class Address(PersonalEntry):
    """Where letters reach a person."""

    lines: list[Line] = Field(min_length=1, max_length=4)
    postal_code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9 -]{1,10}$")] | None = None
    city: Name
    country: KnownCountry


class AddressView(BaseModel):
    """Where letters reach a person."""

    lines: list[str]
    postal_code: str | None
    city: str
    country: str


class CandidateEntry(PersonalEntry):
    """A candidate's record: what is sent to create it, or to replace it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "birth_name": "Lefèvre",
                "used_name": None,
                "first_names": ["Zoé"],
                "sex": "F",
                "birth_date": "1999-06-17",
                "birth_place": {"city": "Paris 12e", "country": "FR", "insee_code": "75112"},
                "nationalities": ["FR"],
                "email": "zoe.lefevre@example.org",
                "phone": "+33612345678",
                "ine": "123456789AB",
            }
        },
    )

    birth_name: Name = Field(description="As the civil register has it, without title or married name")
    used_name: Name | None = Field(default=None, description="The name that the person goes by, where it is another")
    first_names: list[Name] = Field(min_length=1, max_length=10, description="All of them, in the register's order")
    sex: Sex
    birth_date: PartialDate = Field(description="`1985-06` or `1985` where the civil register knows no more")
    birth_place: BirthPlace
    nationalities: list[KnownCountry] = Field(default=[], max_length=5, description="ISO 3166-1 alpha-2")
    email: Email | None = None
    phone: Phone | None = Field(default=None, description="Kept as E.164; a number that begins with 0 is French")
    postal_address: Address | None = None
    ine: Ine | None = Field(default=None, description="Identifiant national: 11 characters")
    cpf_file_number: CpfFileNumber | None = Field(default=None, description="Of the file in the CPF system")
    subject: Subject | None = Field(
        default=None, description="`sub` of the candidate's own tokens; lets them read their record"
    )

    def person(self) -> Person:
        """What is kept of the entry: as it was written, and the commune's code where it had to be found."""
        kept = self.model_dump()
        place = kept["birth_place"]
        if place["insee_code"] is None and (commune := birth_commune(self.birth_date, self.birth_place)) is not None:
            place["insee_code"] = commune.code
        kept["nationalities"] = tuple(dict.fromkeys(self.nationalities))
        return Person.model_validate(kept)


class CandidateView(BaseModel):
    """A candidate."""

    id: UUID
    organisation_id: UUID
    birth_name: str
    used_name: str | None
    first_names: list[str]
    sex: Sex
    birth_date: PartialDate
    birth_place: BirthPlaceView
    nationalities: list[str]
    email: str | None
    phone: str | None
    postal_address: AddressView | None
    ine: str | None
    cpf_file_number: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, candidate: Candidate, person: Person) -> Self:
        """A row, and who it is about."""
        known = countries().get(person.birth_place.country)
        place = {
            **person.birth_place.model_dump(),
            "country_insee_code": known.insee_code if known is not None else None,
        }
        return cls.model_validate(
            {
                **candidate.model_dump(include={"id", "organisation_id", "created_at", "updated_at"}),
                **person.model_dump(exclude={"birth_place", "subject"}),
                "birth_place": place,
            }
        )
