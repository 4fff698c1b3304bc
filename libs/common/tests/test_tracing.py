"""The trace of a request, its events and their consumers."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from libs.common.tests.toy_service import NoteTakenV1, toy_app
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.bus import LocalBus
from parchemin.common.consumer import Consumer
from parchemin.common.database import Database
from parchemin.common.relay import Relay
from parchemin.common.tables import outbox
from parchemin.common.tracing import current_trace_id, current_traceparent, trace
from parchemin.contracts.envelope import CloudEvent
from parchemin.contracts.vocabulary import Role

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


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
    await Relay(database, bus, poll_seconds=60).publish_pending()
    assert set(seen) == {TRACE_ID}
    refused = await client.get("/v1/nowhere", headers={"traceparent": PARENT})
    assert refused.json()["trace_id"] == TRACE_ID


@pytest.mark.parametrize(
    "parent", [None, "", "x", PARENT.upper(), PARENT.replace(TRACE_ID, "0" * 32), f"01{PARENT[2:]}", f"{PARENT}-x"]
)
def test_a_parent_that_is_not_well_formed_begins_a_new_trace(parent: str | None) -> None:
    with trace(parent):
        assert current_trace_id() not in (None, TRACE_ID, "0" * 32)
        outer = current_traceparent()
        with trace(outer):
            assert current_traceparent() != outer
        assert current_traceparent() == outer
    assert current_traceparent() is None
