"""Enrolments as the API shows them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from parchemin.candidates.enrolments.rules import FunderKind, WithdrawalReason, looks_like_a_nir
from parchemin.common.dates import Day
from parchemin.common.numbers import WRITTEN_AS_A_NUMBER
from parchemin.common.problems.validation import refusal
from parchemin.common.text import Line
from parchemin.contracts.vocabulary import AccessPath, EnrolmentState

BlockNumber = Annotated[int, Field(ge=1, le=99), WRITTEN_AS_A_NUMBER]
Blocks = Annotated[list[BlockNumber], Field(min_length=1, max_length=20)]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$")]


def _is_no_nir(text: str) -> str:
    if looks_like_a_nir(text):
        raise refusal(
            "nir_refused",
            fr="Un numéro de sécurité sociale n'a pas sa place ici.",
            en="A social security number has no place here",
        )
    return text


class EnrolmentDates(BaseModel):
    """When an enrolment began and when it ends. Whatever is not known is left out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"entry_on": "2026-09-01", "training_started_on": "2026-09-07", "ends_on": "2028-08-31"}
        },
    )

    entry_on: Day | None = Field(default=None, description="When the candidate enrolled")
    training_started_on: Day | None = Field(
        default=None,
        description="First day of training: a certification may be delivered after its registration has lapsed to "
        "who began while it was registered (L. 6113-9 code du travail)",
    )
    ends_on: Day | None = Field(default=None, description="Last day; the enrolment expires on the day after")


class NewEnrolment(EnrolmentDates):
    """An enrolment to be opened; on the latest version of the referential where none is named, and active at once
    unless another state is said."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "candidate_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "access_path": "apprenticeship",
                "blocks": [1, 2, 3],
                "state": "admitted",
                "training_started_on": "2026-09-07",
                "ends_on": "2028-08-31",
            }
        },
    )

    candidate_id: UUID
    access_path: AccessPath
    blocks: Blocks = Field(description="Numbers of the blocks aimed at: all for the whole certification")
    referential_version: Version | None = None
    state: Literal["applied", "admitted", "active"] = "active"


class EnrolmentStateChange(BaseModel):
    """A step of an enrolment. What follows from other facts, `completed` and `expired`, cannot be asked for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"state": "withdrawn", "reason": "employment"}}
    )

    state: Literal["admitted", "active", "withdrawn"]
    reason: WithdrawalReason | None = Field(default=None, description="Of a withdrawal, and only of that")


FileNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{8,14}$"), AfterValidator(_is_no_nir)]
ContractNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z][0-9A-Z/. -]{1,39}$"), AfterValidator(_is_no_nir)]


class Funding(BaseModel):
    """Who pays for an enrolment, and under which numbers. Sealed at rest."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"kind": "cpf", "cpf_file_number": "26110012345"}},
    )

    kind: FunderKind
    name: Line | None = Field(default=None, description="Of the funder: the OPCO, the region, the employer")
    cpf_file_number: FileNumber | None = Field(default=None, description="*Numéro de dossier* of Mon compte formation")
    contract_number: ContractNumber | None = Field(default=None, description="Of the contract or the agreement")


class FundingView(BaseModel):
    """Who pays for an enrolment; null where it is not known."""

    enrolment_id: UUID
    funding: Funding | None


class EnrolmentBlocks(BaseModel):
    """All blocks that an enrolment aims at."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"blocks": [1, 2, 3]}})

    blocks: Blocks


class EnrolmentView(BaseModel):
    """A candidate's way through the certification."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    candidate_id: UUID
    referential_version: str
    access_path: AccessPath
    blocks: list[int]
    state: EnrolmentState
    state_since: date
    withdrawal_reason: WithdrawalReason | None
    entry_on: date | None
    training_started_on: date | None
    ends_on: date | None
    created_at: datetime
    updated_at: datetime
