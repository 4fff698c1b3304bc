"""The life of a service: start, restart, work beside the requests, stop."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from libs.common.tests.toy_service import NoteTakenV1, toy_app
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.bus import LocalBus
from parchemin.common.consumer import Consumer
from parchemin.common.database import Database
from parchemin.common.outbox import backlog, publish
from parchemin.common.relay import Relay
from parchemin.common.tables import outbox

pytestmark = pytest.mark.asyncio

Serve = Callable[[FastAPI], Awaitable[httpx.AsyncClient]]


@pytest.fixture
def engine() -> str:
    return "sqlite"


def reader(database: Database, arrived: asyncio.Event) -> Consumer:
    async def handle(_session: AsyncSession, _event: NoteTakenV1) -> None:
        arrived.set()

    consumer = Consumer("readers", database)
    consumer.on(NoteTakenV1, handle)
    return consumer


async def take_note(database: Database) -> None:
    async with database.transaction() as session:
        await publish(session, NoteTakenV1(note_id=uuid4(), text="x"))


async def test_a_service_that_runs_is_live_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "live"}
    assert (await client.get("/health/ready")).json() == {"status": "ready"}


@pytest.mark.parametrize("ending", ["fails", "ends"])
async def test_work_beside_the_requests_that_stops_does_not_go_unnoticed(
    database: Database, serve: Serve, ending: str
) -> None:
    stop = asyncio.Event()

    async def work() -> None:
        await stop.wait()
        if ending == "fails":
            raise ZeroDivisionError

    app = toy_app(database, background=[work])
    client = await serve(app)
    assert (await client.get("/health/ready")).status_code == 200
    stop.set()
    for task in asyncio.all_tasks():
        if task.get_name().endswith("work"):
            await task
    for probe in ("live", "ready"):
        answer = await client.get(f"/health/{probe}")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_a_service_starts_again_after_it_stopped(database: Database) -> None:
    arrived = asyncio.Event()
    app = toy_app(database, consumer=reader(database, arrived))
    for _ in range(2):
        arrived.clear()
        async with app.router.lifespan_context(app), asyncio.timeout(5):
            await take_note(database)
            await arrived.wait()


async def test_an_event_waits_for_a_service_that_is_not_running_yet(
    database: Database, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parchemin.common.relay.BACK_OFF_SECONDS", (0.0,))
    arrived, bus = asyncio.Event(), LocalBus()
    app = toy_app(database, bus=bus, consumer=reader(database, arrived))
    await take_note(database)
    publisher = Relay("toys", database, bus, poll_seconds=60)
    assert not await publisher.publish_pending()
    assert await backlog(database) == 1
    async with asyncio.timeout(5):
        await serve(app)
        await arrived.wait()


async def test_a_service_that_stops_leaves_its_deliveries_to_its_next_life(database: Database) -> None:
    arrived, bus = asyncio.Event(), LocalBus()
    app = toy_app(database, bus=bus, consumer=reader(database, arrived))
    async with app.router.lifespan_context(app):
        pass
    await take_note(database)
    assert not await Relay("toys", database, bus, poll_seconds=60).publish_pending()
    async with database.reading() as session:
        waiting = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
        assert await session.scalar(waiting) == 1
    assert not arrived.is_set()


async def test_a_task_of_the_start_that_fails_stops_the_start(database: Database) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    app = toy_app(database, on_start=[fail])

    async def start() -> None:
        async with app.router.lifespan_context(app):
            pytest.fail("it started")

    with pytest.raises(ZeroDivisionError):
        await start()


async def test_a_client_that_goes_away_is_no_defect(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    app = toy_app(database)
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/notes",
        "raw_path": b"/v1/notes",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    assert sent == []
