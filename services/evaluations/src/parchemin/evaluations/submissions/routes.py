"""HTTP of dossiers and of the time to prepare them."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import col

from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Concerned, Depositing, Planning
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import WrongState
from parchemin.evaluations.submissions import checklist, preparation, problems
from parchemin.evaluations.submissions.schemas import (
    NewSnapshotDeposit,
    PreparationEntry,
    PreparationView,
    SubmissionView,
)
from parchemin.evaluations.submissions.snapshots import hand_in_snapshot
from parchemin.evaluations.submissions.visibility import sessions_of_dossiers, visible_dossiers

router = APIRouter(prefix="/v1", tags=["submissions"], route_class=TransactionalRoute)


@router.get("/sessions/{session_id}/preparation")
async def read_preparation(
    session_id: UUID, session: Reading, principal: Concerned, response: Response
) -> PreparationView:
    """When the dossiers of a session are prepared. Its ETag is the session's."""
    held = await one(session, sessions_of_dossiers(principal), EvaluationSession, session_id)
    tag(response, held.version)
    return await preparation.present(session, held)


@router.put("/sessions/{session_id}/preparation", responses=documented(WrongState, problems.PreparationImplausible))
async def set_preparation(
    session_id: UUID,
    entry: PreparationEntry,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    response: Response,
) -> PreparationView:
    """Set when the dossiers of a session are prepared, while it is a draft or open. The ETag is the session's."""
    held = await preparation.set_preparation(session, principal, session_id, entry, expected)
    await session.flush()
    tag(response, held.version)
    return await preparation.present(session, held)


@router.get("/sessions/{session_id}/submissions")
async def list_submissions(
    session_id: UUID, session: Reading, principal: Concerned, paging: Paging, request: Request
) -> Page[SubmissionView]:
    """The dossiers of a session: for its jury what was accepted, for a candidate the own one."""
    await one(session, sessions_of_dossiers(principal), EvaluationSession, session_id)
    statement = visible_dossiers(principal).where(col(Registration.session_id) == session_id)
    rows = await page_rows(session, statement, Registration, paging)
    settings = request.app.state.settings
    shown = await checklist.present(session, principal, rows[: paging.limit], settings)
    views = {view.registration_id: view for view in shown}
    return cut(rows, paging, lambda row: views[row.id])


@router.get("/registrations/{registration_id}/submission")
async def read_submission(
    registration_id: UUID, session: Reading, principal: Concerned, request: Request
) -> SubmissionView:
    """The dossier of one registration: what the referential asks for, word for word, and what was handed in."""
    registration = await one(session, visible_dossiers(principal), Registration, registration_id)
    return (await checklist.present(session, principal, [registration], request.app.state.settings))[0]


@router.post(
    "/registrations/{registration_id}/submission/snapshots",
    status_code=201,
    responses=documented(
        NotFound,
        problems.PreparationNotOpen,
        problems.DeadlinePassed,
        problems.SubmissionFrozen,
        problems.DeliverableUnknown,
    ),
)
async def hand_in_production_snapshot(
    registration_id: UUID, new: NewSnapshotDeposit, session: Writing, principal: Depositing, request: Request
) -> SubmissionView:
    """Hand in a snapshot of the enrolment's production as a version of a deliverable, under the rules of a file: this
    moment is its time. The snapshot that was handed in last is not handed in again. The budget service tells of a
    snapshot shortly after it was taken: until then it is not found."""
    settings = request.app.state.settings
    registration = await hand_in_snapshot(session, principal, registration_id, new, settings)
    return (await checklist.present(session, principal, [registration], settings))[0]
