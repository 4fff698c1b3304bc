"""One transaction for each writing request, committed before the answer is sent.

The answer to a request with an `Idempotency-Key` is stored in that same transaction: after a crash either both
the effect and the answer are there, or neither.
Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

import hashlib
import re
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response, params
from fastapi.routing import APIRoute
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth.principal import Principal, authenticated
from parchemin.common.clock import utc_now
from parchemin.common.database import Database, lock_number
from parchemin.common.http import answers
from parchemin.common.http.queries import declared_parameters, refuse_unknown_parameters
from parchemin.common.merge_patch import MERGE_PATCH
from parchemin.common.problems.http import (
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    RequestInProgress,
    UnsupportedMediaType,
)
from parchemin.common.statements import insert_if_absent, is_sqlite
from parchemin.common.tables import idempotency_keys

_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
_REPLAYED_HEADERS = ("content-type", "etag", "location")


class Replayed(Exception):
    """The request came before: its first answer is given again."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class UnitOfWork:
    """The transaction of one request, begun when it is first needed."""

    def __init__(self, database: Database, in_progress: set[tuple[str, str]]) -> None:
        self._database = database
        self._in_progress = in_progress
        self._stack = AsyncExitStack()
        self._session: AsyncSession | None = None
        self._claimed: tuple[str, str] | None = None

    async def session(self) -> AsyncSession:
        """The request's session."""
        if self._session is None:
            self._session = await self._stack.enter_async_context(self._database.transaction())
        return self._session

    async def claim(self, scope: str, key: str, fingerprint: str) -> None:
        """Take the key for this request; raises where it was taken before."""
        place = (scope, key)
        if place in self._in_progress:
            raise RequestInProgress
        self._in_progress.add(place)
        self._stack.callback(self._in_progress.discard, place)
        session = await self.session()
        if not is_sqlite(session):
            lock = func.pg_try_advisory_xact_lock(lock_number(repr(place)))
            if not await session.scalar(select(lock)):
                raise RequestInProgress
        row = {"scope": scope, "key": key, "fingerprint": fingerprint, "created_at": utc_now()}
        if not await insert_if_absent(session, idempotency_keys, row):
            await self._replay(session, scope, key, fingerprint)
        self._claimed = place

    async def _replay(self, session: AsyncSession, scope: str, key: str, fingerprint: str) -> None:
        columns = idempotency_keys.c
        statement = select(idempotency_keys).where(columns.scope == scope, columns.key == key)
        first = (await session.execute(statement)).one()
        if first.fingerprint != fingerprint:
            raise IdempotencyKeyReused
        headers, body = await answers.opened(session, first)
        headers = {**headers, "Idempotency-Replayed": "true"}
        raise Replayed(Response(body, status_code=first.status, headers=headers))

    async def remember(self, response: Response) -> None:
        """Store the answer under the request's key."""
        if self._claimed is None:
            return
        if not hasattr(response, "body"):
            raise TypeError("the answer to a request with an idempotency key is stored, so it cannot be streamed")
        scope, key = self._claimed
        headers = {name: response.headers[name] for name in _REPLAYED_HEADERS if name in response.headers}
        session = await self.session()
        await session.flush()
        await session.execute(
            update(idempotency_keys)
            .where(idempotency_keys.c.scope == scope, idempotency_keys.c.key == key)
            .values(
                status=response.status_code, **await answers.sealed(session, scope, key, headers, bytes(response.body))
            )
        )

    async def __aenter__(self) -> "UnitOfWork":
        await self._stack.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> bool | None:
        return await self._stack.__aexit__(*error)


class TransactionalRoute(APIRoute):
    """A route whose writing requests run in a unit of work. Give it to every router: `route_class=`.

    It reads its body before the transaction begins, and refuses one of another media type than it documents; it
    refuses query parameters that it does not have.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        expected = _documented_media_type(self)
        parameters = declared_parameters(self)

        async def within_unit_of_work(request: Request) -> Response:
            refuse_unknown_parameters(request, parameters)
            if request.method in {"GET", "HEAD", "OPTIONS"}:
                return await handle(request)
            body = await request.body()  # no lock is held while a client is still sending
            if body and expected is not None and not _is_media_type(request.headers.get("content-type", ""), expected):
                raise UnsupportedMediaType(expected=expected)
            state = request.app.state
            async with UnitOfWork(state.database, state.requests_in_progress) as unit:
                request.state.unit_of_work = unit
                try:
                    response = await handle(request)
                except Replayed as replayed:
                    return replayed.response
                await unit.remember(response)
            return response

        return within_unit_of_work


async def writing_session(
    request: Request,
    principal: Annotated[Principal, Depends(authenticated)],
    idempotency_key: Annotated[
        str | None,
        Header(
            description="On a POST: a repeat with the same key gets the first answer and changes nothing",
            max_length=300,
        ),
    ] = None,
) -> AsyncSession:
    """The session of a writing request, its idempotency key claimed."""
    unit: UnitOfWork = request.state.unit_of_work
    if idempotency_key is not None and request.method == "POST":
        key = idempotency_key.strip('"')
        if not _KEY.match(key):
            raise IdempotencyKeyInvalid
        scope = f"{principal.organisation_id}:{principal.issuer}:{principal.subject}"
        await unit.claim(hashlib.sha256(scope.encode()).hexdigest(), key, await _fingerprint(request))
    return await unit.session()


async def reading_session(request: Request) -> Any:
    """A session that changes nothing."""
    database: Database = request.app.state.database
    async with database.reading() as session:
        yield session


Writing = Annotated[AsyncSession, Depends(writing_session)]
Reading = Annotated[AsyncSession, Depends(reading_session, scope="function")]


async def _fingerprint(request: Request) -> str:
    digest = hashlib.sha256()
    for part in (request.method.encode(), request.url.path.encode(), request.url.query.encode()):
        digest.update(len(part).to_bytes(4))
        digest.update(part)
    digest.update(await request.body())
    return digest.hexdigest()


def _documented_media_type(route: APIRoute) -> str | None:
    """What the body is declared as; None where the operation reads a form, or the bytes itself."""
    if route.body_field is None or isinstance(route.body_field.field_info, params.Form):
        return None
    declared = route.body_field.field_info
    return declared.media_type if isinstance(declared, params.Body) else "application/json"


def _is_media_type(content_type: str, expected: str) -> bool:
    """Whether a `Content-Type` is the expected one; for JSON also those that are built on it (RFC 6839 §3.1).

    A merge patch may also call itself plain JSON: not every client lets its author choose.
    """
    given = content_type.partition(";")[0].strip().lower()
    is_json_based = given.startswith("application/") and given.endswith("+json")
    if expected == MERGE_PATCH:
        return given in {MERGE_PATCH, "application/json"}
    return given == expected or (expected == "application/json" and is_json_based)
