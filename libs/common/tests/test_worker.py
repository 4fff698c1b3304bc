"""The work of a service apart from its requests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from libs.common.tests.toy_service import NoteTakenV1, Settings, toy_app
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from parchemin.common.bus import LocalBus
from parchemin.common.consumer import Consumer
from parchemin.common.database import Database
from parchemin.common.http.worker import create_worker_app
from parchemin.common.outbox import backlog
from parchemin.common.service import Service
from parchemin.common.settings import house
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio


class BrokenBus(LocalBus):
    def fault(self) -> str | None:
        return "a reader has ended"


def toy_service(database: Database, bus: LocalBus, heard: asyncio.Event) -> Service:
    async def hear(_session: AsyncSession, _event: NoteTakenV1) -> None:
        heard.set()

    consumer = Consumer("toys", database)
    consumer.on(NoteTakenV1, hear)
    settings = Settings(database_url=database.url, migrate_on_start=False)
    return Service("toys", "Toys", "For tests.", [], settings, database, bus, consumer)


@asynccontextmanager
async def running(app: FastAPI | Starlette) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client


async def test_an_event_written_where_nobody_works_is_brought_out_by_the_worker(
    database: Database, bearer: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARCHEMIN_WORK", "apart")
    house.cache_clear()
    heard = asyncio.Event()
    caller = bearer(Role.ADMINISTRATOR, organisation=uuid4())
    async with running(toy_app(Database(database.url))) as client:
        answer = await client.post("/v1/notes", json={"text": "taken"}, headers=caller)
        assert answer.status_code == 201
        assert await backlog(database) == 1
        app = create_worker_app([toy_service(Database(database.url), LocalBus(), heard)])
        async with running(app) as probe, asyncio.timeout(5):
            await heard.wait()
            assert (await probe.get("/health/ready")).json() == {"status": "live", "faults": []}
            page = (await probe.get("/metrics")).text
    house.cache_clear()
    families = {family.name: family for family in text_string_to_metric_families(page)}
    samples = families["parchemin_outbox_events_waiting"].samples
    assert [sample.labels for sample in samples if sample.labels["service"] == "toys"] == [{"service": "toys"}]


async def test_a_worker_whose_bus_delivers_no_more_asks_to_be_restarted(database: Database) -> None:
    app = create_worker_app([toy_service(Database(database.url), BrokenBus(), asyncio.Event())])
    async with running(app) as probe:
        for path in ("/health/live", "/health/ready"):
            answer = await probe.get(path)
            assert answer.status_code == 503
            assert answer.json()["faults"] == ["a reader has ended"]


async def test_a_service_whose_bus_delivers_no_more_asks_to_be_restarted(database: Database) -> None:
    async with running(toy_app(Database(database.url), bus=BrokenBus())) as client:
        assert (await client.get("/health/live")).status_code == 503
