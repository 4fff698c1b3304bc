"""The trace of a request, its events and their consumers."""

import time
from collections.abc import Awaitable, Callable, Iterator
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from libs.common.tests.toy_service import NoteTakenV1, toy_app
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.spans import Spans, kept_spans, service_of, trace_of

from parchemin.common.bus import LocalBus
from parchemin.common.clock import utc_now
from parchemin.common.consumer import Consumer
from parchemin.common.database import Database
from parchemin.common.relay import Relay
from parchemin.common.tables import outbox
from parchemin.common.tracing import (
    SpanKind,
    StatusCode,
    current_trace_id,
    current_traceparent,
    record_publication,
    span,
    trace,
)
from parchemin.contracts.envelope import CloudEvent, wrap
from parchemin.contracts.vocabulary import Role

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN_ID = "00f067aa0ba902b7"
PARENT = f"00-{TRACE_ID}-{SPAN_ID}-01"
UNSAMPLED = f"00-{TRACE_ID}-{SPAN_ID}-00"


@pytest.fixture
def spans() -> Iterator[Spans]:
    with kept_spans() as kept:
        yield kept


@pytest.mark.asyncio
async def test_a_trace_leads_from_the_request_through_its_event_to_the_consumer(
    database: Database,
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    bearer: Callable[..., dict[str, str]],
) -> None:
    seen: list[str | None] = []

    async def handle(_session: AsyncSession, _event: NoteTakenV1) -> None:
        seen.append(current_trace_id())

    bus, consumer = LocalBus(), Consumer("readers", database)
    consumer.on(NoteTakenV1, handle)
    client = await serve(toy_app(database, bus=bus, consumer=consumer))
    caller = bearer(Role.ADMINISTRATOR, organisation=uuid4())
    answer = await client.post("/v1/notes", json={"text": "x"}, headers={**caller, "traceparent": PARENT})
    assert answer.status_code == 201
    async with database.reading() as session:
        envelope = CloudEvent.model_validate_json(await session.scalar(select(outbox.c.body)))
    assert envelope.traceparent is not None
    assert envelope.traceparent.split("-")[1] == TRACE_ID
    assert envelope.traceparent != PARENT
    await Relay("toys", database, bus, poll_seconds=60).publish_pending()
    assert set(seen) == {TRACE_ID}
    refused = await client.get("/v1/nowhere", headers={"traceparent": PARENT})
    assert refused.json()["trace_id"] == TRACE_ID


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        "x",
        PARENT.upper(),
        PARENT.replace(TRACE_ID, "0" * 32),
        f"01{PARENT[2:]}",
        f"{PARENT}-x",
        f"{PARENT}\n",
    ],
)
def test_a_parent_that_is_not_well_formed_begins_a_new_trace(parent: str | None) -> None:
    with trace(parent):
        assert current_trace_id() not in (None, TRACE_ID, "0" * 32)
        outer = current_traceparent()
        with trace(outer):
            assert current_traceparent() != outer
        assert current_traceparent() == outer
    assert current_traceparent() is None


@pytest.mark.asyncio
async def test_a_request_is_a_span_under_its_caller_named_by_the_template_of_its_route(
    client: httpx.AsyncClient, spans: Spans
) -> None:
    answer = await client.post("/v1/notes", json={"text": "a private note"}, headers={"traceparent": PARENT})
    await client.get(f"/v1/notes/{answer.json()['id']}?x=secret")
    written, refused = spans.all()
    assert (written.name, written.kind, service_of(written)) == ("POST /v1/notes", SpanKind.SERVER, "parchemin-toys")
    assert (trace_of(written), f"{written.parent.span_id:016x}") == (TRACE_ID, SPAN_ID)
    assert dict(written.attributes) == {
        "http.request.method": "POST",
        "http.route": "/v1/notes",
        "http.response.status_code": 201,
    }
    assert (refused.name, refused.parent, refused.status.status_code) == (
        "GET /v1/notes/{note_id}",
        None,
        StatusCode.UNSET,
    )


@pytest.mark.asyncio
async def test_a_defect_marks_the_span_and_tells_it_nothing(client: httpx.AsyncClient, spans: Spans) -> None:
    assert (await client.get("/v1/failures/defect")).status_code == 500
    assert (await client.get("/v1/lefevre/zoe")).status_code == 404
    failed, unknown = spans.all()
    assert (failed.status.status_code, failed.status.description, failed.events) == (StatusCode.ERROR, None, ())
    assert unknown.name == "GET"
    assert "lefevre" not in unknown.to_json()


@pytest.mark.asyncio
async def test_probes_leave_no_spans(client: httpx.AsyncClient, spans: Spans) -> None:
    assert (await client.get("/health/ready")).status_code == 200
    assert spans.all() == ()


def test_an_error_shows_by_its_class_only(spans: Spans) -> None:
    with pytest.raises(ValueError, match="Zoé"), span("work", service="toys"):
        raise ValueError("Zoé Lefèvre")
    (failed,) = spans.all()
    assert (failed.status.status_code, dict(failed.attributes)) == (StatusCode.ERROR, {"error.type": "ValueError"})
    assert "Zoé" not in failed.to_json()


def test_work_within_work_is_its_child_and_of_the_same_service(spans: Spans) -> None:
    with span("outer", service="toys", kind=SpanKind.CONSUMER, event_type="x"):
        carried = current_traceparent()
        with span("inner"):
            pass
    with span("effect", service="readers", parent=carried):
        pass
    inner, outer, effect = spans.all()
    assert spans.way_to_the_root(inner) == ["parchemin-toys: inner", "parchemin-toys: outer"]
    assert spans.way_to_the_root(effect) == ["parchemin-readers: effect", "parchemin-toys: outer"]
    assert dict(outer.attributes) == {"parchemin.event_type": "x"}


def test_who_is_not_sampled_upstream_is_not_recorded_here_and_keeps_the_trace_id(spans: Spans) -> None:
    with span("work", parent=UNSAMPLED):
        carried = current_traceparent()
    assert carried is not None
    assert (carried[3:35], carried[-2:]) == (TRACE_ID, "00")
    assert spans.all() == ()


def test_the_way_to_the_bus_is_a_span_under_the_request(spans: Spans) -> None:
    envelope = wrap(NoteTakenV1(note_id=uuid4(), text="x"), event_id=uuid4(), at=utc_now(), traceparent=PARENT)
    misleading = NoteTakenV1(note_id=uuid4(), text=f'"traceparent":"{PARENT}"')
    began = time.time_ns()
    record_publication("toys", NoteTakenV1.topic, envelope.to_bytes(), since=began)
    for body in (wrap(misleading, event_id=uuid4(), at=utc_now()).to_bytes(), b""):
        record_publication("toys", NoteTakenV1.topic, body, since=began)
    published, *others = spans.all()
    assert (trace_of(published), f"{published.parent.span_id:016x}", published.kind) == (
        TRACE_ID,
        SPAN_ID,
        SpanKind.PRODUCER,
    )
    assert published.start_time == began < published.end_time
    assert [other.parent for other in others] == [None, None]
