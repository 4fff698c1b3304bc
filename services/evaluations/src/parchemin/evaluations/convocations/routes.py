"""HTTP of convocations."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import col

from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Planning
from parchemin.evaluations.convocations import service
from parchemin.evaluations.convocations.models import Convocation
from parchemin.evaluations.convocations.schemas import ConvenedView, ConvocationEntry, ConvocationView
from parchemin.evaluations.juries.fitness import JuryUnfit
from parchemin.evaluations.planning.errors import PlanImpossible
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import WrongState, visible_sessions

router = APIRouter(prefix="/v1/sessions", tags=["convocations"], route_class=TransactionalRoute)


@router.post(
    "/{session_id}/convocations",
    responses=documented(
        WrongState, JuryUnfit, PlanImpossible, service.PlanOutdated, service.TimeMissing, service.TimeTwice
    ),
)
async def convene_candidates(
    session_id: UUID, entry: ConvocationEntry, session: Writing, principal: Planning, request: Request
) -> ConvenedView:
    """Convene every registered candidate of an open session: a letter follows for each. Asked again after a change,
    only those are convened anew for whom something changed. A plan that does not hold is refused."""
    return await service.convene(session, principal, session_id, entry, request.app.state.settings)


@router.get("/{session_id}/convocations")
async def list_convocations(
    session_id: UUID, session: Reading, principal: Planning, paging: Paging
) -> Page[ConvocationView]:
    """The convocations to a session, with who asked for them and when."""
    await one(session, visible_sessions(principal), EvaluationSession, session_id)
    statement = owned(Convocation, principal).where(col(Convocation.session_id) == session_id)
    return await page(session, statement, Convocation, paging, ConvocationView.model_validate)
