"""Facts about who candidates are, published by the candidates service."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from parchemin.contracts.envelope import Event
from parchemin.contracts.events.candidates import IDENTITY_TOPIC, TOPIC
from parchemin.contracts.partial_dates import PartialDate
from parchemin.contracts.vocabulary import Sex


class IdentityV2(BaseModel):
    """Who a diploma names, as the civil register has it, and what the national register is told of them."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    birth_name: str
    used_name: str | None
    first_names: tuple[str, ...]
    sex: Sex
    birth_date: PartialDate
    """`1985-06-17`; `1985-06` or `1985` where the civil register knows no more."""
    birth_city: str
    birth_country: str
    """ISO 3166-1 alpha-2 of the country in which the place lies today."""
    birth_insee_code: str | None = None
    """Of the commune, at the date of birth; none abroad."""
    birth_postal_code: str | None = None
    birth_country_insee_code: str | None = None
    """`99…` of a birth abroad."""
    nationalities: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2."""
    subject: str | None = None
    """`sub` of the candidate's own tokens, where the school knows it."""


class CandidateIdentifiedV2(Event):
    """A candidate's identity was recorded or corrected; carries the whole of it. Comes after v1 of the same fact,
    which is published too where the birth date is known whole."""

    type: ClassVar[str] = "parchemin.candidates.candidate_identified.v2"
    topic: ClassVar[str] = IDENTITY_TOPIC

    candidate_id: UUID
    organisation_id: UUID
    pii: IdentityV2

    @property
    def key(self) -> str:
        return str(self.candidate_id)


class CandidatesMergedV1(Event):
    """Two records were of one person: what was the duplicate's is the candidate's. The duplicate's id goes on being
    identified, as the candidate, for whatever still names it."""

    type: ClassVar[str] = "parchemin.candidates.candidates_merged.v1"
    topic: ClassVar[str] = TOPIC

    candidate_id: UUID
    """The record that was kept."""
    duplicate_id: UUID
    organisation_id: UUID
    enrolment_ids: tuple[UUID, ...]
    """The enrolments that were the duplicate's."""

    @property
    def key(self) -> str:
        return str(self.candidate_id)
