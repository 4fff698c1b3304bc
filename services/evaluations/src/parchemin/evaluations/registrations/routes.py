"""HTTP of registrations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from parchemin.common.http.conditions import tag
from parchemin.common.http.languages import Spoken
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Following, Registering
from parchemin.evaluations.attendance.attempts import AttemptsExhausted
from parchemin.evaluations.registrations import service
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.registrations.schemas import NewRegistration, RegistrationView
from parchemin.evaluations.sessions.service import WrongState

router = APIRouter(prefix="/v1/registrations", tags=["registrations"], route_class=TransactionalRoute)


@router.post(
    "",
    status_code=201,
    responses=documented(
        NotFound,
        WrongState,
        service.ModalityNotHeld,
        service.ReferentialDiffers,
        service.BlockNotEnrolled,
        service.EnrolmentNotOpen,
        service.NothingToAssess,
        service.ResultsPending,
        service.AlreadyRegistered,
        AttemptsExhausted,
    ),
)
async def register_candidate(
    new: NewRegistration, session: Writing, principal: Registering, request: Request, response: Response
) -> RegistrationView:
    """Put a candidate on a session's list for one modality. A retake assesses what is not yet acquired."""
    registration = await service.register(session, principal, new, max_attempts=request.app.state.settings.max_attempts)
    await session.flush()
    tag(response, registration.version)
    return (await service.present(session, principal, [registration]))[0]


@router.get("")
async def list_registrations(
    session: Reading,
    principal: Following,
    paging: Paging,
    language: Spoken,
    session_id: Annotated[UUID | None, Query(description="Only this session's")] = None,
    enrolment_id: Annotated[UUID | None, Query(description="Only this enrolment's")] = None,
) -> Page[RegistrationView]:
    """Registrations of the organisation's sessions; a juror sees those of the sessions they sit in."""
    statement = service.visible_registrations(principal)
    if session_id is not None:
        statement = statement.where(col(Registration.session_id) == session_id)
    if enrolment_id is not None:
        statement = statement.where(col(Registration.enrolment_id) == enrolment_id)
    rows = await page_rows(session, statement, Registration, paging)
    views = {view.id: view for view in await service.present(session, principal, rows[: paging.limit], language)}
    return cut(rows, paging, lambda row: views[row.id])


@router.get("/{registration_id}")
async def read_registration(
    registration_id: UUID, session: Reading, principal: Following, response: Response, language: Spoken
) -> RegistrationView:
    """One registration: what is assessed in it and, once the session is closed, what was decided."""
    registration = await one(session, service.visible_registrations(principal), Registration, registration_id)
    tag(response, registration.version)
    return (await service.present(session, principal, [registration], language))[0]
