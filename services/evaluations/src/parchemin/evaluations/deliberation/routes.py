"""HTTP of the deliberation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlmodel import col

from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.languages import Spoken
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Deliberating, Presiding
from parchemin.evaluations.deliberation import service
from parchemin.evaluations.deliberation.schemas import ProposalView
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.registrations.schemas import OverrideEntry, RegistrationView
from parchemin.evaluations.registrations.service import present, visible_registrations
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import WrongState, visible_sessions

router = APIRouter(prefix="/v1", tags=["deliberation"], route_class=TransactionalRoute)


@router.get("/sessions/{session_id}/proposals", responses=documented(WrongState))
async def list_proposals(
    session_id: UUID,
    session: Reading,
    principal: Deliberating,
    paging: Paging,
    request: Request,
    language: Spoken,
) -> Page[ProposalView]:
    """While the jury deliberates: what the policy proposes for each registration and why, with the levels behind it,
    the departures decided so far, and what would follow if the session closed as it stands."""
    held = await one(session, visible_sessions(principal), EvaluationSession, session_id)
    proposals = await service.propose(session, held, request.app.state.settings.default_policy, language)
    views = {proposal.registration_id: proposal for proposal in proposals}
    statement = visible_registrations(principal).where(col(Registration.session_id) == held.id)
    rows = await page_rows(session, statement, Registration, paging)
    return cut(rows, paging, lambda row: views[row.id])


@router.put(
    "/registrations/{registration_id}/overrides/{competency}",
    responses=documented(WrongState, service.NotAssessed, service.VoteRefused),
)
async def override_proposal(
    registration_id: UUID,
    competency: Annotated[str, Path(pattern=r"^C\.[0-9]{1,3}$", description="`C.19`")],
    entry: OverrideEntry,
    session: Writing,
    principal: Presiding,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> RegistrationView:
    """The jury is sovereign: decide a competency otherwise than proposed, with the reason that the minutes print.

    What agrees with the proposal takes an earlier departure back. `If-Match` takes the registration's ETag.
    """
    registration = await service.override(
        session,
        principal,
        registration_id,
        competency,
        entry,
        request.app.state.settings.default_policy,
        expected,
    )
    await session.flush()
    tag(response, registration.version)
    return (await present(session, principal, [registration]))[0]
