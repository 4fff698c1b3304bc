"""One transaction for each writing request, and the answers kept under an idempotency key."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from libs.common.tests.toy_service import APIRouter, TransactionalRoute, Writes, Writing, notes_in, toy_app
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from parchemin.common.database import Database
from parchemin.common.tables import idempotency_keys, outbox
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

Bearer = Callable[..., dict[str, str]]
Serve = Callable[[FastAPI], Awaitable[httpx.AsyncClient]]


async def count(database: Database, table: Any) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table))


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


async def test_a_commit_that_fails_is_not_answered_as_success(database: Database, client: httpx.AsyncClient) -> None:
    def fail(_: object) -> None:
        raise OperationalError("COMMIT", None, Exception("the disk is full"))

    event.listen(database.engine.sync_engine, "commit", fail)
    answer = await client.post("/v1/notes", json={"text": "lost"}, headers=keyed("k"))
    event.remove(database.engine.sync_engine, "commit", fail)
    assert answer.status_code == 503
    assert (await notes_in(database), await count(database, outbox), await count(database, idempotency_keys)) == (
        [],
        0,
        0,
    )


async def test_twenty_requests_at_once_with_one_key_have_one_effect(
    client: httpx.AsyncClient, database: Database
) -> None:
    answers = await asyncio.gather(
        *(client.post("/v1/notes", json={"text": "once"}, headers=keyed("k")) for _ in range(20))
    )
    by_status = Counter(answer.status_code for answer in answers)
    assert set(by_status) <= {201, 409}
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({(answer.content, answer.headers["etag"]) for answer in done}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in done) == 1
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {(a.json()["code"], a.headers["retry-after"]) for a in refused} <= {("request_in_progress", "1")}
    assert await notes_in(database) == ["once"]
    assert await count(database, outbox) == 1
    later = await client.post("/v1/notes", json={"text": "once"}, headers=keyed('"k"'))
    assert (later.status_code, later.content) == (201, done[0].content)


async def test_many_keys_at_once_have_an_effect_each(client: httpx.AsyncClient, database: Database) -> None:
    answers = await asyncio.gather(
        *(
            client.post("/v1/notes", json={"text": f"note {number}"}, headers=keyed(f"key-{number}"))
            for number in range(20)
            for _ in range(3)
        )
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(await notes_in(database)) == 20


async def test_a_key_that_comes_with_another_request_is_refused(client: httpx.AsyncClient) -> None:
    await client.post("/v1/notes", json={"text": "first"}, headers=keyed("k"))
    for path, text in (("/v1/notes", "second"), ("/v1/notes/optional", "first")):
        answer = await client.post(path, json={"text": text}, headers=keyed("k"))
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_request_that_falls_over_after_its_effect_leaves_neither_effect_nor_key(
    client: httpx.AsyncClient, database: Database
) -> None:
    for _ in range(2):
        answer = await client.post("/v1/notes", json={"text": "falls over after its effect"}, headers=keyed("k"))
        assert answer.status_code == 500
    assert await notes_in(database) == []
    assert await count(database, idempotency_keys) == 0
    assert await count(database, outbox) == 0
    assert (await client.post("/v1/notes", json={"text": "mended"}, headers=keyed("k"))).status_code == 201


async def test_a_refused_request_leaves_its_key_free(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/notes", json={"text": ""}, headers=keyed("k"))).status_code == 422
    assert (await client.post("/v1/notes", json={"text": "right"}, headers=keyed("k"))).status_code == 201


async def test_a_key_is_its_callers_own(client: httpx.AsyncClient, bearer: Bearer, database: Database) -> None:
    organisation = uuid4()
    callers = [
        bearer(Role.ADMINISTRATOR, organisation=organisation),
        bearer(Role.ADMINISTRATOR, organisation=organisation, subject="someone else"),
        bearer(Role.ADMINISTRATOR, organisation=uuid4()),
    ]
    for number, caller in enumerate(callers):
        answer = await client.post("/v1/notes", json={"text": f"note {number}"}, headers={**caller, **keyed("k")})
        assert answer.status_code == 201
    assert len(await notes_in(database)) == 3


async def test_a_key_that_is_not_visible_ascii_is_refused(client: httpx.AsyncClient) -> None:
    for key in ("", '""', "a b", "é", "x" * 256, "a\tb"):
        headers = [("Idempotency-Key", key.encode("latin-1"))]
        answer = await client.post("/v1/notes", json={"text": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid"), key


async def test_a_read_waits_for_no_writer(client: httpx.AsyncClient, database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(idempotency_keys.delete())
        async with asyncio.timeout(5):
            assert (await client.get("/v1/notes")).status_code == 200
            assert (await client.get("/health/ready")).status_code == 200


async def test_no_lock_is_held_while_a_client_is_still_sending(client: httpx.AsyncClient, database: Database) -> None:
    rest, half = asyncio.Event(), asyncio.Event()

    async def slow_body():
        yield b'{"text": '
        half.set()
        await rest.wait()
        yield b'"slow"}'

    headers = {"Content-Type": "application/json"}
    sending = asyncio.create_task(client.post("/v1/notes", content=slow_body(), headers=headers))
    await half.wait()
    async with asyncio.timeout(5):
        assert (await client.post("/v1/notes", json={"text": "quick"})).status_code == 201
    rest.set()
    assert (await sending).status_code == 201
    assert await notes_in(database) == ["quick", "slow"]


async def test_a_writing_operation_without_a_token_takes_no_lock(client: httpx.AsyncClient, database: Database) -> None:
    del client.headers["Authorization"]
    async with database.transaction() as session:
        await session.execute(idempotency_keys.delete())
        async with asyncio.timeout(5):
            assert (await client.post("/v1/notes", json={"text": "x"}, headers=keyed("k"))).status_code == 401


async def test_a_deletion_with_an_empty_answer_is_committed(client: httpx.AsyncClient, database: Database) -> None:
    note = (await client.post("/v1/notes", json={"text": "gone"})).json()
    assert (await client.delete(f"/v1/notes/{note['id']}")).status_code == 204
    assert await notes_in(database) == []


async def test_two_requests_for_the_same_unique_thing_give_one_thing_and_a_conflict(
    client: httpx.AsyncClient, database: Database
) -> None:
    answers = await asyncio.gather(*(client.post("/v1/notes", json={"text": "same"}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert await notes_in(database) == ["same"]


async def test_an_answer_that_cannot_be_stored_leaves_nothing_behind(
    database: Database, serve: Serve, bearer: Bearer
) -> None:
    router = APIRouter(route_class=TransactionalRoute)

    @router.post("/v1/streams")
    async def stream(request: Request, session: Writing, principal: Writes) -> StreamingResponse:
        return StreamingResponse(iter([b"a"]))

    client = await serve(toy_app(database, routers=(router,)))
    client.headers.update(bearer(Role.ADMINISTRATOR, organisation=uuid4()))
    assert (await client.post("/v1/streams")).status_code == 200
    assert (await client.post("/v1/streams", headers=keyed("k"))).status_code == 500
    assert await count(database, idempotency_keys) == 0
