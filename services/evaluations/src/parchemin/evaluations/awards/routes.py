"""HTTP of validated blocks and of the award register."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col

from parchemin.common.http.unit_of_work import Reading, TransactionalRoute
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.evaluations.access import ReadingRegister
from parchemin.evaluations.awards.models import Award, BlockValidation
from parchemin.evaluations.awards.rules import register_number

router = APIRouter(prefix="/v1", tags=["awards"], route_class=TransactionalRoute)

EnrolmentFilter = Annotated[UUID | None, Query(description="Only this enrolment's")]
SessionFilter = Annotated[UUID | None, Query(description="Only what this session brought")]


class BlockValidationView(BaseModel):
    """A block, validated."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    enrolment_id: UUID
    candidate_id: UUID
    block: int
    session_id: UUID
    validated_on: date
    revoked_at: datetime | None = Field(description="When a ruling on appeal took it back")
    created_at: datetime
    updated_at: datetime


class AwardView(BaseModel):
    """An entry of the register: the certification, awarded."""

    id: UUID
    organisation_id: UUID
    enrolment_id: UUID
    candidate_id: UUID
    session_id: UUID
    awarded_on: date
    register_number: str = Field(description="Year and rank, gapless", examples=["2026-0001"])
    revoked_at: datetime | None = Field(description="When a ruling on appeal took it back; the number stays taken")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, award: Award) -> "AwardView":
        """The entry of a row."""
        return cls(
            **award.model_dump(include=set(cls.model_fields)),
            register_number=register_number(award.year, award.rank),
        )


@router.get("/block_validations")
async def list_block_validations(
    session: Reading,
    principal: ReadingRegister,
    paging: Paging,
    enrolment_id: EnrolmentFilter = None,
    session_id: SessionFilter = None,
) -> Page[BlockValidationView]:
    """Validated blocks: once per enrolment and block, unless a ruling on appeal takes one back."""
    statement = owned(BlockValidation, principal)
    if enrolment_id is not None:
        statement = statement.where(col(BlockValidation.enrolment_id) == enrolment_id)
    if session_id is not None:
        statement = statement.where(col(BlockValidation.session_id) == session_id)
    return await page(session, statement, BlockValidation, paging, BlockValidationView.model_validate)


@router.get("/awards")
async def list_awards(
    session: Reading,
    principal: ReadingRegister,
    paging: Paging,
    enrolment_id: EnrolmentFilter = None,
    session_id: SessionFilter = None,
) -> Page[AwardView]:
    """The register of awards: of the organisation, or of all for the certifier, who holds it."""
    statement = owned(Award, principal)
    if enrolment_id is not None:
        statement = statement.where(col(Award.enrolment_id) == enrolment_id)
    if session_id is not None:
        statement = statement.where(col(Award.session_id) == session_id)
    return await page(session, statement, Award, paging, AwardView.of)


@router.get("/awards/{award_id}")
async def read_award(award_id: UUID, session: Reading, principal: ReadingRegister) -> AwardView:
    """One entry of the register."""
    return AwardView.of(await find(session, Award, award_id, principal))
