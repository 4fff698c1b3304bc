"""Facts published by the candidates service."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from parchemin.contracts.envelope import Event
from parchemin.contracts.vocabulary import AccessPath, CompetencyCode, MeasureKind, MeasureScope, Sex

TOPIC = "parchemin.candidates.v1"
IDENTITY_TOPIC = "parchemin.candidates.identity.v1"
"""Compacted: the latest state for each candidate. The only place where identities travel."""


class OrganisationRegisteredV1(Event):
    """A school or training centre may present candidates."""

    type: ClassVar[str] = "parchemin.candidates.organisation_registered.v1"
    topic: ClassVar[str] = TOPIC

    organisation_id: UUID
    code: str
    name: str

    @property
    def key(self) -> str:
        return str(self.organisation_id)


class Identity(BaseModel):
    """Who a diploma names, as the civil register has it."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    birth_name: str
    used_name: str | None
    first_names: tuple[str, ...]
    sex: Sex
    birth_date: date
    birth_city: str
    birth_country: str
    """ISO 3166-1 alpha-2."""
    subject: str | None = None
    """`sub` of the candidate's own tokens, where the school knows it."""


class CandidateIdentifiedV1(Event):
    """A candidate's identity was recorded or corrected; carries the whole of it."""

    type: ClassVar[str] = "parchemin.candidates.candidate_identified.v1"
    topic: ClassVar[str] = IDENTITY_TOPIC

    candidate_id: UUID
    organisation_id: UUID
    pii: Identity

    @property
    def key(self) -> str:
        return str(self.candidate_id)


class EnrolmentFact(Event):
    """What all facts about one enrolment share: their order is kept per enrolment."""

    topic: ClassVar[str] = TOPIC

    enrolment_id: UUID
    organisation_id: UUID

    @property
    def key(self) -> str:
        return str(self.enrolment_id)


class EnrolmentOpenedV1(EnrolmentFact):
    """A candidate enrolled for some blocks of one version of the referential."""

    type: ClassVar[str] = "parchemin.candidates.enrolment_opened.v1"

    candidate_id: UUID
    referential_version: str
    access_path: AccessPath
    blocks: tuple[int, ...]


class EnrolmentBlocksExtendedV1(EnrolmentFact):
    """An enrolment takes in further blocks; `blocks` are all of them now."""

    type: ClassVar[str] = "parchemin.candidates.enrolment_blocks_extended.v1"

    blocks: tuple[int, ...]


class Measure(BaseModel):
    """A reasonable accommodation. Says what is done, never why."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    kind: MeasureKind
    percent: int | None = None
    """Extra time, in per cent of the normal time."""
    applies_to: tuple[MeasureScope, ...] = ()
    detail: str | None = None
    valid_from: date | None = None
    """The first day on which it holds; from the beginning where there is none."""
    valid_until: date | None = None
    """The last day on which it holds; without end where there is none."""


class MeasuresGrantedV1(EnrolmentFact):
    """The accommodation measures of an enrolment; replaces those said before."""

    type: ClassVar[str] = "parchemin.candidates.measures_granted.v1"

    measures: tuple[Measure, ...]


class ExemptionGrantedV1(EnrolmentFact):
    """The certifier granted what the disability officer had proposed. The reason stays where it was given."""

    type: ClassVar[str] = "parchemin.candidates.exemption_granted.v1"

    exemption_id: UUID
    competency: CompetencyCode
    granted_on: date
