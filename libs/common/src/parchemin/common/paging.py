"""Lists: pages by cursor, in the order of last change, so that one list serves browsing and delta synchronisation.

A row that changes while a client pages moves to the end and is met again; none is missed.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator
from sqlalchemy import Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel.sql.sqltypes import UTCDateTime

from parchemin.common.columns import Record
from parchemin.common.language import Text
from parchemin.common.problems import FieldFault, Unprocessable
from parchemin.common.problems.validation import refusal

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

    def __init__(self) -> None:
        super().__init__(
            faults=[FieldFault("#query/cursor", self.code, Text("Curseur inconnu.", "Unknown cursor."))],
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: in which list, at which row."""

    table: str
    updated_at: datetime
    row_id: UUID


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for."""

    limit: int
    after: Place | None
    updated_since: datetime | None


def _with_plus(value: object) -> object:
    """Read the blank that an unescaped `+` of an offset becomes in a query string."""
    return re.sub(r" (?=[0-9]{2}:?[0-9]{2}$)", "+", value) if isinstance(value, str) else value


def _date_and_time(value: object) -> object:
    """Refuse Pydantic's numbers of seconds: RFC 3339 has a `T` (or a blank) between date and time."""
    if isinstance(value, str) and not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", value):
        raise refusal(
            "datetime_parsing",
            fr="Une date et une heure sont attendues (RFC 3339).",
            en="Input should be a date and time (RFC 3339)",
        )
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


Moment = Annotated[AwareDatetime, BeforeValidator(_date_and_time), BeforeValidator(_with_plus), AfterValidator(_in_utc)]
"""A point in time in a query string: RFC 3339 with its offset; UTC once read."""


def page_request(
    limit: Annotated[int, Query(ge=1, le=100, description="How many items at most")] = 50,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before; opaque")] = None,
    updated_since: Annotated[
        Moment | None,
        Query(
            description="Only what was made or changed at or after this time (RFC 3339). To follow a list, take the "
            "time at which the previous synchronisation began, less a minute: a change shows once it is committed"
        ),
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
        if request.after.table != _list_name(model):
            raise CursorInvalid
        last = (literal(request.after.updated_at, UTCDateTime), literal(request.after.row_id))
        statement = statement.where(tuple_(*place) > tuple_(*last))
    result = await session.execute(statement.order_by(*place).limit(request.limit + 1))
    return result.scalars().all()


def cut(rows: Sequence[A], request: PageRequest, present: Callable[[A], T]) -> Page[T]:
    """The page of `page_rows`' result."""
    kept = rows[: request.limit]
    more = len(rows) > request.limit
    cursor = _encode(kept[-1]) if more else None
    return Page(items=[present(row) for row in kept], next_cursor=cursor)


def _list_name(model: type[Record]) -> str:
    return str(model.__tablename__)


def _encode(row: Record) -> str:
    place = json.dumps([_list_name(type(row)), row.updated_at.isoformat(), row.id.hex], separators=(",", ":"))
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _decode(cursor: str) -> Place:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        table, updated_at, row_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        moment = datetime.fromisoformat(updated_at)
        if moment.tzinfo is None:
            raise ValueError("a cursor's time is aware")
        return Place(table, _in_utc(moment), UUID(row_id))
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise CursorInvalid from error
