"""HTTP of sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.access import Following, Planning, Steering
from parchemin.evaluations.deliberation.closing import DeliberationDate
from parchemin.evaluations.deliberation.presence import NotOnJury
from parchemin.evaluations.deliberation.publishing import ResultsPublished, set_publication
from parchemin.evaluations.incidents.consequences import IncidentsOpen
from parchemin.evaluations.juries.fitness import JuryUnfit
from parchemin.evaluations.juries.service import StatementsMissing
from parchemin.evaluations.sessions import service, steps
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.schemas import Publication, SessionEntry, SessionView, StateChange

router = APIRouter(prefix="/v1/sessions", tags=["sessions"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=documented(NotFound, service.JurorUnknown, service.ModalityUnknown))
async def plan_session(entry: SessionEntry, session: Writing, principal: Planning, response: Response) -> SessionView:
    """Plan a session, as a draft: modalities, place, date, jury."""
    held = await service.plan_session(session, principal, entry)
    tag(response, held.version)
    return await service.session_view(session, held)


@router.get("")
async def list_sessions(
    session: Reading,
    principal: Following,
    paging: Paging,
    state: Annotated[SessionState | None, Query(description="Only sessions in this state")] = None,
) -> Page[SessionView]:
    """The organisation's sessions; a juror sees those they sit in."""
    statement = service.visible_sessions(principal)
    if state is not None:
        statement = statement.where(col(EvaluationSession.state) == state)
    rows = await page_rows(session, statement, EvaluationSession, paging)
    seats = await service.seats_of(session, [row.id for row in rows])
    return cut(rows, paging, lambda row: SessionView.of(row, seats[row.id]))


@router.get(
    "/{session_id}",
    response_model=SessionView,
    responses={304: {"description": "The client holds it already (`If-None-Match`)"}},
)
async def read_session(
    session_id: UUID, session: Reading, principal: Following, request: Request, response: Response
) -> SessionView | Response:
    """One session with its jury."""
    held = await one(session, service.visible_sessions(principal), EvaluationSession, session_id)
    if is_unchanged(request, held.version):
        return not_modified(held.version)
    tag(response, held.version)
    return await service.session_view(session, held)


@router.put(
    "/{session_id}",
    responses=documented(
        service.WrongState, service.SessionHasRegistrations, service.JurorUnknown, service.ModalityUnknown
    ),
)
async def change_session_plan(
    session_id: UUID,
    entry: SessionEntry,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    response: Response,
) -> SessionView:
    """Change the plan of a draft."""
    held = await service.change_plan(session, principal, session_id, entry, expected)
    await session.flush()
    tag(response, held.version)
    return await service.session_view(session, held)


@router.put(
    "/{session_id}/state",
    responses=documented(
        service.IllegalStep,
        JuryUnfit,
        StatementsMissing,
        IncidentsOpen,
        steps.TooFewGraders,
        steps.AttendanceMissing,
        steps.SheetsMissing,
        DeliberationDate,
        NotOnJury,
    ),
)
async def lead_session(
    session_id: UUID,
    change: StateChange,
    session: Writing,
    principal: Steering,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> SessionView:
    """Lead a session to its next state: `draft → open → running → deliberating → closed`, or `cancelled` from the
    first two. The staff does it, and the president closes the deliberation.

    Opening checks the jury; deliberating takes a complete attendance sheet, every sheet signed and no
    incident that holds it back; closing makes
    the decisions, validates blocks and awards certifications, all at once and for good.
    """
    held = await steps.step(session, principal, session_id, change, expected, request.app.state.settings)
    await session.flush()
    tag(response, held.version)
    return await service.session_view(session, held)


@router.put("/{session_id}/publication", responses=documented(service.WrongState, ResultsPublished))
async def publish_session_results(
    session_id: UUID,
    new: Publication,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> SessionView:
    """Say when the results of a closed session become known; a moment that has passed publishes them at once.

    Until then only its jury and the staff see them, nothing is validated or awarded, and no document is made.
    """
    rules = request.app.state.settings.jury_rules
    held = await set_publication(session, principal, session_id, new, expected, rules)
    await session.flush()
    tag(response, held.version)
    return await service.session_view(session, held)
