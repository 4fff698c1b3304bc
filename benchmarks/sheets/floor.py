"""The floor: the same SQL by bare asyncpg behind a bare ASGI application. No checks, no models, no framework.

`uvicorn --factory benchmarks.sheets.floor:create_app`, told by BENCH_DATABASE_URL and BENCH_STATEMENTS.
"""

import base64
import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from benchmarks.sheets.recording import Argument, Statement, load
from uuid_utils.compat import uuid7

CONNECTIONS = 16
Scope = dict[str, Any]
Sheet = dict[str, Any]
Made = list[UUID]
Bind = Callable[[Sheet, Made], Any]


def create_app() -> "Floor":
    """The application that runs the statements it is told."""
    return Floor(os.environ["BENCH_DATABASE_URL"], load(Path(os.environ["BENCH_STATEMENTS"])))


class Floor:
    """Takes a sheet, runs its statements in one transaction, and gives the sheet back."""

    def __init__(self, database_url: str, statements: Sequence[Statement]) -> None:
        self._url = database_url
        self._made, self._statements = bound(statements)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        answer = await self._write(json.loads(body))
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _write(self, sheet: Sheet) -> bytes:
        sheet["now"] = datetime.now(UTC)
        sheet["stored"] = json.dumps(sheet["levels"])
        made = [uuid7() for _ in range(self._made)]
        async with self._pool.acquire() as connection, connection.transaction():
            for sql, binds in self._statements:
                await connection.fetch(sql, *[bind(sheet, made) for bind in binds])
        answer = f'{{"id":"{made[0]}","signed_at":"{sheet["now"].isoformat()}","levels":{sheet["stored"]}}}'
        return answer.encode()

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(self._url, min_size=CONNECTIONS, max_size=CONNECTIONS, reset=_nothing)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _nothing(_connection: object) -> None:
    """A connection that only ran a transaction has nothing to reset."""


def bound(statements: Sequence[Statement]) -> tuple[int, list[tuple[str, list[Bind]]]]:
    """How many ids a sheet needs, and each statement with the ways to its parameters."""
    made = max([a.value for s in statements for a in s.arguments if a.kind == "new_id"], default=-1) + 1
    return made, [(s.sql, [_bind(argument) for argument in s.arguments]) for s in statements]


def _bind(argument: Argument) -> Bind:
    """How a parameter gets its value from the sheet and the ids that were made for it."""
    value: Any = base64.b64decode(argument.value) if argument.kind == "literal_bytes" else argument.value
    ways: dict[str, Bind] = {
        "given": lambda sheet, _made: UUID(sheet[value]),
        "given_text": lambda sheet, _made: sheet[value],
        "levels": lambda sheet, _made: sheet["stored"],
        "now": lambda sheet, _made: sheet["now"],
        "new_id": lambda _sheet, made: made[value],
    }
    return ways.get(argument.kind, lambda _sheet, _made: value)
