"""HTTP of juries: the rules that hold, sworn statements, replacements."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import col

from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Deliberating, Following, Planning, Swearing
from parchemin.evaluations.juries import service
from parchemin.evaluations.juries.fitness import JuryUnfit
from parchemin.evaluations.juries.models import JuryStatement
from parchemin.evaluations.juries.schemas import (
    JuryRulesView,
    JuryRulesViews,
    NewReplacement,
    NewStatement,
    StatementView,
)
from parchemin.evaluations.sessions.conflicts import JurorHasGraded
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.schemas import SessionView
from parchemin.evaluations.sessions.service import WrongState, session_view, visible_sessions
from parchemin.evaluations.settings import Settings

router = APIRouter(prefix="/v1", tags=["juries"], route_class=TransactionalRoute)


@router.get("/jury_rules")
async def read_jury_rules(request: Request, _principal: Following) -> JuryRulesViews:
    """What a jury must be, with version and source: as configured by the certifier. A refusal names the same."""
    settings: Settings = request.app.state.settings
    views = [
        JuryRulesView(
            code=rules.code,
            version=rules.version,
            source=rules.source,
            access_paths=None if rules.access_paths is None else sorted(rules.access_paths),
            min_members=rules.min_members,
            min_size=rules.min_size,
            min_external_share=str(rules.min_external_share),
            min_professional_share=str(rules.min_professional_share),
            min_qualified=rules.min_qualified,
            each_sex=rules.each_sex,
        )
        for rules in settings.jury_rules
    ]
    return JuryRulesViews(rules=views, min_graders=settings.min_graders)


@router.post(
    "/sessions/{session_id}/statements",
    status_code=201,
    responses=documented(NotFound, WrongState, service.NotACandidate, JurorHasGraded),
)
async def swear_statement(
    session_id: UUID, new: NewStatement, session: Writing, principal: Swearing, response: Response
) -> StatementView:
    """State on one's honour to have no tie with the session's candidates but those that are named.

    Each juror does it while the session is open or running, and again if a candidate was registered since: no sheet is
    accepted for a candidate that the statement does not cover, and no deliberation opens without all statements.
    """
    statement = await service.swear(session, principal, session_id, new)
    tag(response, statement.version)
    return StatementView.model_validate(statement)


@router.get("/sessions/{session_id}/statements", responses=documented(NotFound))
async def list_statements(
    session_id: UUID, session: Reading, principal: Deliberating, paging: Paging
) -> Page[StatementView]:
    """Who has sworn, and when."""
    held = await one(session, visible_sessions(principal), EvaluationSession, session_id)
    statement = owned(JuryStatement, principal).where(col(JuryStatement.session_id) == held.id)
    return await page(session, statement, JuryStatement, paging, StatementView.model_validate)


@router.post(
    "/sessions/{session_id}/replacements",
    status_code=201,
    responses=documented(NotFound, WrongState, service.NotSeated, JuryUnfit),
)
async def replace_juror(
    session_id: UUID,
    new: NewReplacement,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> SessionView:
    """Replace a juror, on the day too: the jury still has to be fit.

    Sheets that were signed in this place count, whoever comes grades the rest. `If-Match` takes the session's ETag.
    """
    held = await service.replace(session, principal, session_id, new, expected, request.app.state.settings.jury_rules)
    await session.flush()
    tag(response, held.version)
    return await session_view(session, held)
