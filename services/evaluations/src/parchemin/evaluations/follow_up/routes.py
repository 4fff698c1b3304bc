"""HTTP of the follow-up of holders."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Access, Principal, public
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, UnitOfWork, Writing
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems.representation import documented
from parchemin.common.settings import house
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.access import ReadingRegister
from parchemin.evaluations.follow_up import service
from parchemin.evaluations.follow_up.models import FollowUp
from parchemin.evaluations.follow_up.rules import State
from parchemin.evaluations.follow_up.schemas import CohortView, FollowUpView, LinkView, NewAnswer, PlacementView
from parchemin.evaluations.follow_up.throttle import TooManyAnswers

router = APIRouter(prefix="/v1", tags=["follow-up"], route_class=TransactionalRoute)

Asking = Annotated[
    Principal, Depends(Access(Role.CERTIFIER, Role.ADMINISTRATOR, Role.CLIENT, scope="evaluations:write"))
]
"""Who writes to holders."""

PAGE = (files("parchemin.evaluations.follow_up") / "data" / "answer.html").read_text(encoding="utf-8")
_SCRIPT = PAGE.partition("<script>")[2].partition("</script>")[0]
_STYLE = PAGE.partition("<style>")[2].partition("</style>")[0]


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; script-src {_digest(_SCRIPT)}; style-src {_digest(_STYLE)}; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page runs the script that it was made with, and speaks to nobody but this service."""


@router.get("/follow_ups")
async def list_follow_ups(
    session: Reading,
    principal: ReadingRegister,
    paging: Paging,
    state: Annotated[State | None, Query(description="Only those in this state now")] = None,
    months: Annotated[int | None, Query(ge=1, le=120, description="Only so many months after the award")] = None,
    award_id: Annotated[UUID | None, Query(description="Only this award's")] = None,
) -> Page[FollowUpView]:
    """Surveys of holders that have become due: of the organisation, or of all for the certifier."""
    now = utc_now()
    statement = owned(FollowUp, principal)
    if state is not None:
        stored = State.SENT if state is State.EXPIRED else state
        statement = statement.where(col(FollowUp.state) == stored)
    if state is State.EXPIRED:
        statement = statement.where(col(FollowUp.expires_at) <= now)
    elif state is State.SENT:
        statement = statement.where(col(FollowUp.expires_at) > now)
    if months is not None:
        statement = statement.where(col(FollowUp.months) == months)
    if award_id is not None:
        statement = statement.where(col(FollowUp.award_id) == award_id)
    return await page(session, statement, FollowUp, paging, lambda found: FollowUpView.of(found, now))


@router.get("/follow_ups/{follow_up_id}")
async def read_follow_up(
    follow_up_id: UUID, session: Reading, principal: ReadingRegister, response: Response
) -> FollowUpView:
    """One survey."""
    found = await find(session, FollowUp, follow_up_id, principal)
    tag(response, found.version)
    return FollowUpView.of(found, utc_now())


@router.put("/follow_ups/{follow_up_id}/link", responses=documented(service.FollowUpAnswered))
async def make_follow_up_link(
    follow_up_id: UUID,
    session: Writing,
    principal: Asking,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> LinkView:
    """Make the link by which the holder answers without an account. It is shown once: only a hash of it is kept.

    An earlier link of the same survey is void from then on. `If-Match` takes the survey's ETag.
    """
    days = request.app.state.settings.follow_up_link_days
    found, token = await service.make_link(session, principal, follow_up_id, expected, days)
    await session.flush()
    tag(response, found.version)
    link = f"{house().public_url.rstrip('/')}/v1/follow_up_answers#{token}"
    return LinkView(follow_up=FollowUpView.of(found, utc_now()), link=link)


async def anonymous_session(request: Request) -> AsyncSession:
    """The session of a request that nobody signs, once it may be made."""
    request.app.state.follow_up_throttle.take()
    unit: UnitOfWork = request.state.unit_of_work
    return await unit.session()


@router.post(
    "/follow_up_answers",
    status_code=204,
    dependencies=[Depends(public)],
    responses=documented(service.FollowUpLinkInvalid, TooManyAnswers),
)
async def answer_follow_up(new: NewAnswer, session: Annotated[AsyncSession, Depends(anonymous_session)]) -> None:
    """Answer, by the link that one was sent, once. The answer is kept apart from who gave it.

    A link that is unknown, was replaced, used, or is too old has one and the same answer.
    """
    await service.answer(session, new.token, new.situation, new.job_title)


@router.get(
    "/follow_up_answers",
    response_class=HTMLResponse,
    dependencies=[Depends(public)],
    responses={200: {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def show_follow_up_page() -> HTMLResponse:
    """The page that the link opens, in French and English. It reads the token after `#` and sends it in the body."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY, "Cache-Control": "public, max-age=300"})


@router.get("/statistics/follow_up")
async def read_placement(session: Reading, principal: ReadingRegister, request: Request) -> PlacementView:
    """What holders do, by year of their award and months since: what a certification is renewed on (R.6113-9).

    Nobody knows who answered what, so cohorts of few answers are shown to nobody.
    """
    below = request.app.state.settings.small_group_below
    found = await service.cohorts(session, principal.organisation_id)
    knows = principal.has(Role.ADMINISTRATOR, Role.CERTIFIER)
    titles = await service.job_titles(session, principal.organisation_id) if knows else None
    views = [
        CohortView.of(cohort, below, None if titles is None else titles.get((cohort.year, cohort.months), []))
        for cohort in found
    ]
    return PlacementView(small_group_below=below, cohorts=views)
