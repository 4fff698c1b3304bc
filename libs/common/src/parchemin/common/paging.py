"""Lists: pages by cursor, in the order of last change, so that one list serves browsing and delta synchronisation.

A row that changes while a client pages moves to the end and is met again; none is missed.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.columns import Record
from parchemin.common.language import Text
from parchemin.common.problems import FieldFault, Unprocessable

T = TypeVar("T")
A = TypeVar("A", bound=Record)


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None
    """Pass it as `cursor` for the next page; null on the last."""


class CursorInvalid(Unprocessable):
    """The cursor is not one that a page of this list gave."""

    code = "cursor_invalid"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for."""

    limit: int
    after: tuple[datetime, UUID] | None
    updated_since: datetime | None


def page_request(
    limit: Annotated[int, Query(ge=1, le=100, description="How many items at most")] = 50,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before; opaque")] = None,
    updated_since: Annotated[
        AwareDatetime | None,
        Query(description="Only what was made or changed at or after this time (RFC 3339)"),
    ] = None,
) -> PageRequest:
    """The paging parameters that every list takes."""
    return PageRequest(limit=limit, after=_decode(cursor) if cursor else None, updated_since=updated_since)


Paging = Annotated[PageRequest, Depends(page_request)]


async def page(
    session: AsyncSession,
    statement: Select[A],
    model: type[A],
    request: PageRequest,
    present: Callable[[A], T],
) -> Page[T]:
    """Run a filtered `select(model)` for one page, and present its rows."""
    rows = await page_rows(session, statement, model, request)
    return cut(rows, request, present)


async def page_rows(session: AsyncSession, statement: Select[A], model: type[A], request: PageRequest) -> Sequence[A]:
    """The rows of one page and, where there is a next one, one more."""
    columns: Any = model
    place = (columns.updated_at, columns.id)
    if request.updated_since is not None:
        statement = statement.where(columns.updated_at >= request.updated_since)
    if request.after is not None:
        statement = statement.where(tuple_(*place) > tuple_(*request.after))
    result = await session.execute(statement.order_by(*place).limit(request.limit + 1))
    return result.scalars().all()


def cut(rows: Sequence[A], request: PageRequest, present: Callable[[A], T]) -> Page[T]:
    """The page of `page_rows`' result."""
    kept = rows[: request.limit]
    more = len(rows) > request.limit
    cursor = _encode(kept[-1].updated_at, kept[-1].id) if more else None
    return Page(items=[present(row) for row in kept], next_cursor=cursor)


def _encode(updated_at: datetime, row_id: UUID) -> str:
    place = json.dumps([updated_at.isoformat(), str(row_id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, UUID]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        updated_at, row_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        moment = datetime.fromisoformat(updated_at)
        if moment.tzinfo is None:
            raise ValueError("a cursor's time is aware")
        return moment, UUID(row_id)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        fault = FieldFault("#query/cursor", "cursor_invalid", Text("Curseur inconnu.", "Unknown cursor."))
        raise CursorInvalid(faults=[fault]) from error
