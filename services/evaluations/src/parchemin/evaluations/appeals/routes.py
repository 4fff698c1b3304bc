"""HTTP of appeals."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Appealing, Planning, ReadingAppeals, Ruling
from parchemin.evaluations.appeals import service
from parchemin.evaluations.appeals.models import Appeal
from parchemin.evaluations.appeals.rules import AppealState
from parchemin.evaluations.appeals.ruling import AcquiredElsewhere, rule
from parchemin.evaluations.appeals.schemas import AppealView, Instruction, NewAppeal, RulingEntry

router = APIRouter(prefix="/v1/appeals", tags=["appeals"], route_class=TransactionalRoute)


async def _answer(session: AsyncSession, principal: Principal, appeal: Appeal, response: Response) -> AppealView:
    await session.flush()
    tag(response, appeal.version)
    return (await service.views(session, principal, [appeal]))[0]


@router.post(
    "",
    status_code=201,
    responses=documented(
        NotFound, service.ResultsNotPublished, service.AppealTooLate, service.AppealOpen, service.NotContestable
    ),
)
async def file_appeal(
    new: NewAppeal, session: Writing, principal: Appealing, request: Request, response: Response
) -> AppealView:
    """File an appeal against the published results of a registration, within the certifier's time limit.

    A candidate does it for themselves, the staff for whoever wrote to it.
    """
    appeal = await service.file(session, principal, new, request.app.state.settings)
    return await _answer(session, principal, appeal, response)


@router.get("")
async def list_appeals(
    session: Reading,
    principal: ReadingAppeals,
    paging: Paging,
    state: Annotated[AppealState | None, Query(description="Only appeals in this state")] = None,
    session_id: Annotated[UUID | None, Query(description="Only against results of this session")] = None,
) -> Page[AppealView]:
    """Appeals: the organisation's for its staff, all for the certifier, their own for a candidate."""
    statement = service.visible_appeals(principal)
    if state is not None:
        statement = statement.where(col(Appeal.state) == state)
    if session_id is not None:
        statement = statement.where(col(Appeal.session_id) == session_id)
    rows = await page_rows(session, statement, Appeal, paging)
    views = {view.id: view for view in await service.views(session, principal, rows[: paging.limit])}
    return cut(rows, paging, lambda row: views[row.id])


@router.get("/{appeal_id}")
async def read_appeal(appeal_id: UUID, session: Reading, principal: ReadingAppeals, response: Response) -> AppealView:
    """One appeal, with the jury's decisions on what it contests and those that replaced them."""
    appeal = await one(session, service.visible_appeals(principal), Appeal, appeal_id)
    tag(response, appeal.version)
    return (await service.views(session, principal, [appeal]))[0]


@router.put("/{appeal_id}/instruction", responses=documented(service.IllegalAppealStep))
async def instruct_appeal(
    appeal_id: UUID,
    entry: Instruction,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    response: Response,
) -> AppealView:
    """Write down what the staff found; may be written anew until the ruling."""
    appeal = await service.instruct(session, principal, appeal_id, entry.report, expected)
    return await _answer(session, principal, appeal, response)


@router.put("/{appeal_id}/withdrawal", responses=documented(service.IllegalAppealStep))
async def withdraw_appeal(
    appeal_id: UUID, session: Writing, principal: Appealing, expected: ExpectedVersion, response: Response
) -> AppealView:
    """Take an appeal back, before it is ruled on."""
    appeal = await service.withdraw(session, principal, appeal_id, expected)
    return await _answer(session, principal, appeal, response)


@router.put(
    "/{appeal_id}/ruling",
    responses=documented(service.IllegalAppealStep, service.NotContestable, AcquiredElsewhere),
)
async def rule_on_appeal(
    appeal_id: UUID,
    entry: RulingEntry,
    session: Writing,
    principal: Ruling,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> AppealView:
    """The certifier's answer, with its reason.

    Upheld, it makes new decisions that point to the old ones, all in one transaction with what follows: blocks and the
    certification are validated and awarded, or revoked. A revoked award keeps its number, and its documents verify as
    revoked. Inadmissible is what was not instructed; upheld or rejected, what was.
    """
    time_zone = request.app.state.settings.time_zone
    appeal = await rule(session, principal, appeal_id, entry, expected, time_zone)
    return await _answer(session, principal, appeal, response)
