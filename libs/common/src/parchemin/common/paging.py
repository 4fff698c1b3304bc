"""Lists: pages by cursor, in the order of last change, so that one list serves browsing and delta synchronisation.

A row that changes while a client pages moves to the end and is met again; none is missed. A list may offer other orders
by time too. A cursor goes on with the list, the order and the filters that it was given for, and with no other.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request
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


_NO_FILTERS = frozenset({"cursor", "limit", "fields"})
"""Parameters that do not say which rows a list has, nor in which order."""


@dataclass(frozen=True, slots=True)
class Order:
    """By a time of the rows, and by id where it is the same. There is an index for each that a list offers."""

    column: str = "updated_at"
    descending: bool = False

    @classmethod
    def of(cls, name: str) -> "Order":
        """As a client names it: `created_at`, or `-created_at` for the latest first."""
        return cls(name.removeprefix("-"), name.startswith("-"))


BY_CHANGE = Order()
"""In the order of last change, as `updated_since` needs it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: in which list, in which order, at which row."""

    table: str
    order: Order
    filters: str
    moment: datetime
    row_id: UUID


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for."""

    limit: int
    after: Place | None
    updated_since: datetime | None
    filters: str = ""
    """A digest of what else is asked of the list."""


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
    cursor: Annotated[str | None, Query(max_length=300, description="`next_cursor` of the page before; opaque")] = None,
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


def filtered(request: Request, asked: Annotated[PageRequest, Depends(page_request)]) -> PageRequest:
    """The page, with what else is asked of the list: the cursor was given for just that."""
    others = sorted((name, value) for name, value in request.query_params.multi_items() if name not in _NO_FILTERS)
    return replace(asked, filters=hashlib.sha256(urlencode(others).encode()).hexdigest()[:16] if others else "")


Paging = Annotated[PageRequest, Depends(filtered)]


async def page(
    session: AsyncSession,
    statement: Select[A],
    model: type[A],
    request: PageRequest,
    present: Callable[[A], T],
    order: Order = BY_CHANGE,
) -> Page[T]:
    """Run a filtered `select(model)` for one page, and present its rows."""
    rows = await page_rows(session, statement, model, request, order)
    return cut(rows, request, present, order)


async def page_rows(
    session: AsyncSession, statement: Select[A], model: type[A], request: PageRequest, order: Order = BY_CHANGE
) -> Sequence[A]:
    """The rows of one page and, where there is a next one, one more."""
    columns: Any = model
    moment = getattr(columns, order.column)
    if request.updated_since is not None:
        statement = statement.where(columns.updated_at >= request.updated_since)
    if request.after is not None:
        after = continued(request, model, order)
        here, last = (
            tuple_(moment, columns.id),
            tuple_(literal(after.moment, UTCDateTime), literal(after.row_id)),
        )
        statement = statement.where(here < last if order.descending else here > last)
    by = (moment.desc(), columns.id.desc()) if order.descending else (moment, columns.id)
    result = await session.execute(statement.order_by(*by).limit(request.limit + 1))
    return result.scalars().all()


def continued(request: PageRequest, model: type[Record], order: Order) -> Place:
    """Where the page before ended; `CursorInvalid` where it was one of another list, order or filters."""
    after = request.after
    if after is None or (after.table, after.order, after.filters) != (_list_name(model), order, request.filters):
        raise CursorInvalid
    return after


def cut(rows: Sequence[A], request: PageRequest, present: Callable[[A], T], order: Order = BY_CHANGE) -> Page[T]:
    """The page of `page_rows`' result."""
    kept = rows[: request.limit]
    more = len(rows) > request.limit
    return Page(
        items=[present(row) for row in kept], next_cursor=cursor_after(kept[-1], request, order) if more else None
    )


def cursor_after(row: Record, request: PageRequest, order: Order = BY_CHANGE) -> str:
    """What goes on after this row, in this list with its filters."""
    moment: datetime = getattr(row, order.column, row.updated_at)
    return _encode(Place(_list_name(type(row)), order, request.filters, moment, row.id))


def _list_name(model: type[Record]) -> str:
    return str(model.__tablename__)


def _encode(place: Place) -> str:
    order = f"{'-' if place.order.descending else ''}{place.order.column}"
    members = [place.table, order, place.filters, place.moment.isoformat(), place.row_id.hex]
    return base64.urlsafe_b64encode(json.dumps(members, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(cursor: str) -> Place:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        table, order, filters, moment, row_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError("a cursor's time is aware")
        return Place(table, Order.of(order), filters, _in_utc(at), UUID(row_id))
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise CursorInvalid from error
