"""HTTP of calendar feeds."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth import public
from parchemin.common.http.conditions import is_unchanged, not_modified
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, UnitOfWork, Writing
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.common.settings import house
from parchemin.evaluations.access import Subscribing
from parchemin.evaluations.calendars import service
from parchemin.evaluations.calendars.models import CalendarFeed
from parchemin.evaluations.calendars.schemas import FeedView, NewFeed, OpenedFeed

router = APIRouter(prefix="/v1", tags=["calendars"], route_class=TransactionalRoute)

ICS = "text/calendar"
PRIVATE = {"Cache-Control": "private, no-cache"}
"""A program's own cache may keep it, and asks each time whether it still holds."""


async def _unremembered(request: Request) -> AsyncSession:
    """The request's transaction without an idempotency key: the answer holds the secret, which is not stored."""
    unit: UnitOfWork = request.state.unit_of_work
    return await unit.session()


@router.post("/calendar_feeds", status_code=201, responses=documented(NotFound, service.OneOwner))
async def open_calendar_feed(
    new: NewFeed, principal: Subscribing, session: Annotated[AsyncSession, Depends(_unremembered)]
) -> OpenedFeed:
    """Open a calendar feed: a juror or a candidate for themselves, the staff for anyone. The address is told this
    once; a calendar program reads it without a token. There is no `Idempotency-Key` here: the answer is not kept.
    A feed that nobody asked for twice is revoked."""
    feed, secret = await service.open_feed(session, principal, new)
    url = f"{house().public_url}/v1/calendars/{secret}.ics"
    return OpenedFeed(**FeedView.model_validate(feed).model_dump(), url=url)


@router.get("/calendar_feeds")
async def list_calendar_feeds(session: Reading, principal: Subscribing, paging: Paging) -> Page[FeedView]:
    """The open feeds: the organisation's for the staff, one's own for others. Without their addresses."""
    return await page(session, service.visible_feeds(principal), CalendarFeed, paging, FeedView.model_validate)


@router.delete("/calendar_feeds/{feed_id}", status_code=204)
async def revoke_calendar_feed(feed_id: UUID, session: Writing, principal: Subscribing) -> None:
    """Close a feed: its address opens nothing any more."""
    await service.revoke_feed(session, principal, feed_id)


@router.get(
    "/calendars/{secret}.ics",
    dependencies=[Depends(public)],
    response_class=Response,
    responses={
        200: {"description": "The calendar (RFC 5545)", "content": {ICS: {"schema": {"type": "string"}}}},
        304: {"description": "The client holds it already (`If-None-Match`)"},
    },
)
async def read_calendar_feed(secret: Annotated[str, Path(max_length=100)], session: Reading, request: Request) -> Any:
    """The slots of the feed's owner, for a calendar program: the secret in the address stands for a token. Cancelled
    slots stay with `STATUS:CANCELLED`. Any other secret is answered as what does not exist."""
    body = await service.read_feed(session, secret, request.app.state.settings.time_zone)
    version = hashlib.sha256(body).hexdigest()[:32]
    if is_unchanged(request, version):
        return not_modified(version, PRIVATE)
    return Response(body, media_type=f"{ICS}; charset=utf-8", headers={**PRIVATE, "ETag": f'"{version}"'})
