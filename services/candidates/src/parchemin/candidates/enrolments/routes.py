"""HTTP of enrolments."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.enrolments import service
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.schemas import EnrolmentBlocks, EnrolmentView, NewEnrolment
from parchemin.candidates.identity.routes import Consulting, Recording
from parchemin.candidates.referentials.service import ReferentialUnknown
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented

router = APIRouter(prefix="/v1/enrolments", tags=["enrolments"], route_class=TransactionalRoute)


@router.post(
    "",
    status_code=201,
    responses=documented(NotFound, service.AlreadyEnrolled, service.BlockUnknown, ReferentialUnknown),
)
async def open_enrolment(
    new: NewEnrolment, session: Writing, principal: Recording, response: Response
) -> EnrolmentView:
    """Enrol a candidate for all blocks or for some: blocks are capitalised, each stands by itself."""
    enrolment = await service.open_enrolment(session, principal, new)
    tag(response, enrolment.version)
    return EnrolmentView.model_validate(enrolment)


@router.get("")
async def list_enrolments(
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    paging: Paging,
    candidate_id: Annotated[UUID | None, Query(description="Only this candidate's")] = None,
) -> Page[EnrolmentView]:
    """The organisation's enrolments; a candidate sees the own ones only."""
    statement = await service.visible_enrolments(session, vault, principal)
    if candidate_id is not None:
        statement = statement.where(col(Enrolment.candidate_id) == candidate_id)
    return await page(session, statement, Enrolment, paging, EnrolmentView.model_validate)


@router.get("/{enrolment_id}", response_model=EnrolmentView)
async def read_enrolment(
    enrolment_id: UUID,
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    request: Request,
    response: Response,
) -> EnrolmentView | Response:
    """One enrolment."""
    visible = await service.visible_enrolments(session, vault, principal)
    enrolment = await one(session, visible, Enrolment, enrolment_id)
    if is_unchanged(request, enrolment.version):
        return not_modified(enrolment.version)
    tag(response, enrolment.version)
    return EnrolmentView.model_validate(enrolment)


@router.put("/{enrolment_id}/blocks", responses=documented(service.BlockUnknown, service.BlocksOnlyAdded))
async def extend_enrolment_blocks(
    enrolment_id: UUID,
    entry: EnrolmentBlocks,
    session: Writing,
    principal: Recording,
    expected: ExpectedVersion,
    response: Response,
) -> EnrolmentView:
    """Have an enrolment aim at further blocks; name all of them."""
    enrolment = await service.extend_blocks(session, principal, enrolment_id, entry.blocks, expected)
    await session.flush()
    tag(response, enrolment.version)
    return EnrolmentView.model_validate(enrolment)
