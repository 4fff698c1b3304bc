"""HTTP of the plans of sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, PageRequest, Paging, cut, page_rows
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Concerned, Following, Planning
from parchemin.evaluations.planning import errors, reading, service
from parchemin.evaluations.planning.models import Slot
from parchemin.evaluations.planning.schemas import PlanView, SlotMove, SlotView, TimetableEntry, TimetableView
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import WrongState, visible_sessions

router = APIRouter(prefix="/v1", tags=["slots"], route_class=TransactionalRoute)


async def _timetable(session: AsyncSession, session_id: UUID, request: Request) -> TimetableView:
    timetable, rooms = await service.timetable_of(session, session_id)
    return TimetableView(**timetable.model_dump(), rooms=rooms, time_zone=request.app.state.settings.time_zone)


async def _page(
    session: AsyncSession, principal: Principal, statement: Select[Slot], paging: PageRequest
) -> Page[SlotView]:
    rows = await page_rows(session, statement, Slot, paging)
    views = {view.id: view for view in await reading.present(session, principal, rows[: paging.limit])}
    return cut(rows, paging, lambda row: views[row.id])


@router.put("/sessions/{session_id}/timetable", responses=documented(WrongState, errors.TimetableFaulty))
async def set_timetable(
    session_id: UUID,
    entry: TimetableEntry,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> TimetableView:
    """Say within what a session is planned: rooms, days with opening hours and breaks (local times of the school),
    durations, rest, panels. A part of the session, with its ETag. Slots stay until the session is planned again."""
    settings = request.app.state.settings
    held = await service.set_timetable(session, principal, session_id, entry, expected, settings)
    await session.flush()
    tag(response, held.version)
    return await _timetable(session, held.id, request)


@router.get("/sessions/{session_id}/timetable")
async def read_timetable(
    session_id: UUID, session: Reading, principal: Following, request: Request, response: Response
) -> TimetableView:
    """Within what a session is planned; 404 where nothing says it."""
    held = await one(session, visible_sessions(principal), EvaluationSession, session_id)
    view = await _timetable(session, held.id, request)
    tag(response, held.version)
    return view


@router.post(
    "/sessions/{session_id}/slots/plan",
    responses=documented(WrongState, errors.TimetableMissing, errors.PlanImpossible),
)
async def plan_slots(session_id: UUID, session: Writing, principal: Planning, request: Request) -> PlanView:
    """Give every registration of the session a slot, by all rules. Slots that still hold stay where they are, as many
    as possible. Where there is no plan nothing changes, and `errors` name each clash: `/registrations/<id>`,
    `/jurors/<id>`, or `/timetable` with the minutes that are lacking."""
    return await service.plan_slots(session, principal, session_id, request.app.state.settings)


@router.get("/sessions/{session_id}/slots")
async def list_session_slots(
    session_id: UUID, session: Reading, principal: Concerned, paging: Paging
) -> Page[SlotView]:
    """The slots of a session that the caller may see: a candidate sees their own."""
    statement = reading.visible_slots(principal).where(col(Slot.session_id) == session_id)
    return await _page(session, principal, statement, paging)


@router.get("/slots")
async def list_slots(
    session: Reading,
    principal: Concerned,
    paging: Paging,
    session_id: Annotated[UUID | None, Query(description="Only this session's")] = None,
    registration_id: Annotated[UUID | None, Query(description="Only this registration's")] = None,
    enrolment_id: Annotated[UUID | None, Query(description="Only this enrolment's")] = None,
) -> Page[SlotView]:
    """Slots of all sessions that the caller may see."""
    statement = reading.visible_slots(principal)
    for column, value in (
        (Slot.session_id, session_id),
        (Slot.registration_id, registration_id),
        (Slot.enrolment_id, enrolment_id),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    return await _page(session, principal, statement, paging)


@router.get("/slots/{slot_id}")
async def read_slot(slot_id: UUID, session: Reading, principal: Concerned, response: Response) -> SlotView:
    """One slot."""
    slot = await one(session, reading.visible_slots(principal), Slot, slot_id)
    tag(response, slot.version)
    return (await reading.present(session, principal, [slot]))[0]


@router.put("/slots/{slot_id}", responses=documented(WrongState, errors.TimetableMissing, errors.SlotClashes))
async def move_slot(
    slot_id: UUID,
    move: SlotMove,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> SlotView:
    """Put one slot elsewhere, by the same rules; `errors` name what it would clash with."""
    settings = request.app.state.settings
    slot = await service.move_slot(session, principal, slot_id, move, expected, settings)
    await session.flush()
    tag(response, slot.version)
    return (await reading.present(session, principal, [slot]))[0]
