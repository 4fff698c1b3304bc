"""HTTP of incidents."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Planning, ReadingIncidents, ReportingIncidents, Steering
from parchemin.evaluations.incidents import service
from parchemin.evaluations.incidents.models import Incident
from parchemin.evaluations.incidents.rules import IncidentState
from parchemin.evaluations.incidents.schemas import Blocking, IncidentStep, IncidentView, NewIncident
from parchemin.evaluations.sessions.service import WrongState

router = APIRouter(prefix="/v1", tags=["incidents"], route_class=TransactionalRoute)


@router.post(
    "/sessions/{session_id}/incidents",
    status_code=201,
    responses=documented(NotFound, WrongState, service.ReportFaulty),
)
async def report_incident(
    session_id: UUID,
    new: NewIncident,
    session: Writing,
    principal: ReportingIncidents,
    request: Request,
    response: Response,
) -> IncidentView:
    """Report what went wrong while the session runs or the jury deliberates: the staff does, or a juror who sits in
    it.

    A suspicion of fraud opens a procedure, and holds the deliberation back until it is decided or dismissed.
    """
    incident = await service.report(session, principal, session_id, new, request.app.state.settings)
    await session.flush()
    tag(response, incident.version)
    return (await service.views(session, [incident]))[0]


@router.get("/incidents")
async def list_incidents(
    session: Reading,
    principal: ReadingIncidents,
    paging: Paging,
    session_id: Annotated[UUID | None, Query(description="Only this session's")] = None,
    registration_id: Annotated[UUID | None, Query(description="Only this registration's")] = None,
    state: Annotated[IncidentState | None, Query(description="Only incidents in this state")] = None,
) -> Page[IncidentView]:
    """The incidents of the organisation's sessions; a juror sees those of the sessions they sit in, the certifier
    all."""
    statement = service.visible_incidents(principal)
    if session_id is not None:
        statement = statement.where(col(Incident.session_id) == session_id)
    if registration_id is not None:
        statement = statement.where(col(Incident.registration_id) == registration_id)
    if state is not None:
        statement = statement.where(col(Incident.state) == state)
    rows = await page_rows(session, statement, Incident, paging)
    views = {view.id: view for view in await service.views(session, rows[: paging.limit])}
    return cut(rows, paging, lambda row: views[row.id])


@router.get("/incidents/{incident_id}")
async def read_incident(
    incident_id: UUID, session: Reading, principal: ReadingIncidents, response: Response
) -> IncidentView:
    """One incident, if the caller may read it."""
    incident = await one(session, service.visible_incidents(principal), Incident, incident_id)
    tag(response, incident.version)
    return (await service.views(session, [incident]))[0]


@router.put(
    "/incidents/{incident_id}/state",
    responses=documented(WrongState, service.IllegalIncidentStep, service.StepFaulty),
)
async def lead_incident(
    incident_id: UUID,
    step: IncidentStep,
    session: Writing,
    principal: Steering,
    expected: ExpectedVersion,
    response: Response,
) -> IncidentView:
    """Take the next step: `recorded → settled` for an incident; `reported → suspended → heard → decided` for a
    suspicion of fraud, where the suspension may be left out, and `dismissed` is possible until the hearing.

    While suspended the candidate is not graded. The staff leads the procedure; only the president decides, in
    writing, and never before the candidate was heard or was called and did not come. Who is `excluded` acquires
    nothing in that registration.
    """
    incident = await service.lead(session, principal, incident_id, step.as_step(), expected)
    await session.flush()
    tag(response, incident.version)
    return (await service.views(session, [incident]))[0]


@router.put("/incidents/{incident_id}/blocking", responses=documented(WrongState, service.NothingToHoldBack))
async def mark_incident(
    incident_id: UUID,
    mark: Blocking,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    response: Response,
) -> IncidentView:
    """Hold the deliberation back until an incident is settled, or let it go on. A suspicion of fraud needs no mark."""
    incident = await service.mark(session, principal, incident_id, expected, blocking=mark.blocking)
    await session.flush()
    tag(response, incident.version)
    return (await service.views(session, [incident]))[0]
