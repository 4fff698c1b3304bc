"""What the metrics page tells, and what never gets onto it."""

import math
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from libs.common.tests.toy_service import NoteTakenV1, toy_app
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, insert, select
from starlette.applications import Starlette
from starlette.routing import Route

from parchemin.common import metrics
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.http.metrics import Measure, Measured, metrics_of, metrics_page, router
from parchemin.common.metrics import REGISTRY, Outcome
from parchemin.common.outbox import publish
from parchemin.common.tables import dead_letters, outbox

Samples = dict[str, dict[tuple[tuple[str, str], ...], float]]


def read(text: str) -> Samples:
    """Values by name and labels."""
    samples: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return samples


async def page(*services: Measured) -> Samples:
    answer = await metrics_page(services)
    return read(bytes(answer.body).decode())


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def of(service: str) -> tuple[tuple[str, str], ...]:
    return (("service", service),)


async def write(database: Database, *ages: timedelta) -> None:
    """Events that wait, and one that is published."""
    async with database.transaction() as session:
        await publish(session, *(NoteTakenV1(note_id=uuid4(), text="x") for _ in (*ages, None)))
        positions = (await session.scalars(select(outbox.c.position).order_by(outbox.c.position))).all()
        for position, age in zip(positions, ages, strict=False):
            older = outbox.update().where(outbox.c.position == position)
            await session.execute(older.values(occurred_at=utc_now() - age))
        await session.execute(outbox.update().where(outbox.c.position == positions[-1]).values(published_at=utc_now()))


async def park(database: Database) -> None:
    async with database.transaction() as session:
        letter = {"consumer": "toys", "event_id": uuid4(), "topic": "t", "key": "k", "body": b"", "cause": "refused"}
        await session.execute(insert(dead_letters).values(**letter, parked_at=utc_now()))


@pytest.mark.asyncio
async def test_the_page_tells_what_the_database_holds_at_the_moment(database: Database) -> None:
    toys = Measured("toys", database)
    empty = await page(toys)
    assert empty["parchemin_database_answers"][of("toys")] == 1
    for name in ("parchemin_outbox_events_waiting", "parchemin_outbox_oldest_seconds", "parchemin_dead_letters"):
        assert empty[name][of("toys")] == 0
    await write(database, timedelta(minutes=5), timedelta(minutes=1))
    await park(database)
    full = await page(toys)
    assert full["parchemin_outbox_events_waiting"][of("toys")] == 2
    assert 300 <= full["parchemin_outbox_oldest_seconds"][of("toys")] < 330
    assert full["parchemin_dead_letters"][of("toys")] == 1


@pytest.mark.asyncio
async def test_a_service_adds_gauges_that_its_database_counts(database: Database) -> None:
    notes = Gauge("parchemin_test_notes", "For this test.", registry=CollectorRegistry())
    await write(database, timedelta(0))
    counted = select(func.count()).select_from(outbox).scalar_subquery()
    asked = Measured("toys", database, [Measure(notes, counted)])
    await page(asked)
    assert notes._value.get() == 2


@pytest.mark.asyncio
async def test_a_database_that_is_away_shows_and_the_rest_of_the_page_stays() -> None:
    gone = Database("postgresql+asyncpg://nobody@127.0.0.1:9/nowhere")
    metrics.events_published("lone", "parchemin.lone.v1", 1)
    told = await page(Measured("lone", gone))
    await gone.dispose()
    assert told["parchemin_database_answers"][of("lone")] == 0
    assert math.isnan(told["parchemin_outbox_events_waiting"][of("lone")])
    assert told["parchemin_events_published_total"][(*of("lone"), ("topic", "parchemin.lone.v1"))] == 1


@pytest.mark.asyncio
async def test_one_page_serves_the_services_of_one_process(
    database: Database, serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]]
) -> None:
    app = toy_app(database)
    await serve(app)
    gateway = Starlette(routes=[Route("/metrics", metrics_of([app]))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway), base_url="http://test") as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert read(answer.text)["parchemin_database_answers"][of("toys")] == 1


@pytest.mark.asyncio
async def test_a_service_has_the_page_outside_of_its_api(
    database: Database, serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]]
) -> None:
    app = toy_app(database, routers=(router,))
    told = read((await (await serve(app)).get("/metrics")).text)
    assert told["parchemin_outbox_events_waiting"][of("toys")] == 0
    assert told["process_resident_memory_bytes"][()] > 0
    assert "/metrics" not in app.openapi()["paths"]


@pytest.mark.asyncio
async def test_a_request_is_counted_by_the_template_of_its_route(client: httpx.AsyncClient) -> None:
    def counted() -> float:
        labels = {"service": "toys", "method": "GET", "route": "/v1/notes/{note_id}", "status": "200"}
        return value("parchemin_http_request_seconds_count", **labels)

    made = (await client.post("/v1/notes", json={"text": "x"})).json()
    before = counted()
    await client.get(f"/v1/notes/{made['id']}")
    assert counted() == before + 1


@pytest.mark.asyncio
async def test_nothing_that_a_caller_sends_becomes_a_label(database: Database, client: httpx.AsyncClient) -> None:
    for path in ("/v1/lefevre/zoe", "/v1/notes/lefevre", "/v1/notes?lefevre=zoe", "/lefevre.php"):
        await client.get(path, headers={"X-Request-ID": "lefevre-zoe"})
    await client.request("LEFEVRE", "/v1/notes")
    body = bytes((await metrics_page([Measured("toys", database)])).body).decode()
    assert "lefevre" not in body.lower()
    assert "zoe" not in body.lower()
    routes = {dict(labels)["route"] for labels in read(body)["parchemin_http_request_seconds_count"]}
    assert metrics.UNMATCHED in routes
    labels = {"service": "toys", "method": metrics.OTHER_METHOD, "route": "/v1/notes", "status": "405"}
    assert value("parchemin_http_request_seconds_count", **labels) >= 1


def test_an_event_that_was_applied_shows_its_delay_and_a_repeat_does_not() -> None:
    event = {"service": "delayed", "type": NoteTakenV1.type}
    metrics.event_handled(*event.values(), Outcome.APPLIED, since=utc_now() - timedelta(seconds=3))
    metrics.event_handled(*event.values(), Outcome.REPEATED)
    assert value("parchemin_events_handled_total", **event, outcome="applied") == 1
    assert value("parchemin_events_handled_total", **event, outcome="repeated") == 1
    assert value("parchemin_event_delay_seconds_count", **event) == 1
    assert 3 <= value("parchemin_event_delay_seconds_sum", **event) < 10


@pytest.mark.asyncio
async def test_a_partition_that_was_given_away_is_no_longer_told(database: Database) -> None:
    lags = {("t", 0): 7, ("t", 1): 0}
    toys, others = Measured("toys", database, lag=lambda: lags), Measured("others", database, lag=lambda: {("t", 2): 3})
    assert lags_of(await page(toys, others)) == {("toys", "0"): 7, ("toys", "1"): 0, ("others", "2"): 3}
    del lags["t", 0]
    assert lags_of(await page(toys, others)) == {("toys", "1"): 0, ("others", "2"): 3}


def lags_of(samples: Samples) -> dict[tuple[str, str], float]:
    told = {tuple(dict(labels).values()): value for labels, value in samples["parchemin_consumer_lag"].items()}
    return {(service, partition): value for (partition, service, _topic), value in told.items()}


def test_the_relay_tells_whether_it_leads_and_what_failed() -> None:
    metrics.relay_leads("leading", True)
    metrics.publish_failed("leading")
    assert value("parchemin_relay_leading", service="leading") == 1
    metrics.relay_leads("leading", False)
    assert value("parchemin_relay_leading", service="leading") == 0
    assert value("parchemin_publish_failures_total", service="leading") == 1
