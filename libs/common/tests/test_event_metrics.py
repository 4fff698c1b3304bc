"""What is counted on the way of an event: at the relay, and at its consumer."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from libs.common.tests.toy_service import NoteTakenV1
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.spans import kept_spans, service_of, trace_of

from parchemin.common.bus import LocalBus, Message
from parchemin.common.bus.protocol import BusAway, Outcome
from parchemin.common.clock import utc_now
from parchemin.common.consumer import Consumer
from parchemin.common.database import Database
from parchemin.common.metrics import REGISTRY, UNREADABLE
from parchemin.common.outbox import publish
from parchemin.common.problems import Conflict
from parchemin.common.relay import Relay
from parchemin.common.tracing import SpanKind
from parchemin.contracts.envelope import wrap

pytestmark = pytest.mark.asyncio

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


class Counted:
    """How much a number has grown since this was made."""

    def __init__(self, name: str, **labels: str) -> None:
        self._name, self._labels = name, labels
        self._before = self._value()

    def _value(self) -> float:
        return REGISTRY.get_sample_value(self._name, self._labels) or 0.0

    @property
    def grown(self) -> float:
        return self._value() - self._before


def handled(outcome: str, event_type: str = NoteTakenV1.type) -> Counted:
    return Counted("parchemin_events_handled_total", service="readers", type=event_type, outcome=outcome)


def message(event_id: UUID, text: str = "x") -> Message:
    event = NoteTakenV1(note_id=uuid4(), text=text)
    envelope = wrap(event, event_id=event_id, at=utc_now(), traceparent=PARENT)
    return Message(event.topic, event.key, envelope.to_bytes())


def reader(database: Database) -> Consumer:
    async def handle(_session: AsyncSession, event: NoteTakenV1) -> None:
        if event.text == "refused":
            raise Conflict

    consumer = Consumer("readers", database)
    consumer.on(NoteTakenV1, handle)
    return consumer


async def test_an_event_is_counted_by_what_came_of_it(database: Database) -> None:
    applied, repeated, parked = handled("applied"), handled("repeated"), handled("parked")
    unreadable = handled("parked", UNREADABLE)
    delays = Counted("parchemin_event_delay_seconds_count", service="readers", type=NoteTakenV1.type)
    consumer, once, refused = reader(database), uuid4(), uuid4()
    for one in (message(once), message(once), message(refused, "refused"), message(refused, "refused")):
        await consumer.deliver(one)
    await consumer.deliver(Message("t", "k", b"not an event"))
    assert [one.grown for one in (applied, repeated, parked, unreadable)] == [1, 2, 1, 1]
    assert delays.grown == 1


async def test_the_handling_of_an_event_is_a_span_under_the_request(database: Database) -> None:
    with kept_spans() as spans:
        await reader(database).deliver(message(event_id := uuid4()))
    (processed,) = spans.all()
    assert (processed.name, processed.kind) == (f"process {NoteTakenV1.type}", SpanKind.CONSUMER)
    assert (service_of(processed), trace_of(processed)) == ("parchemin-readers", TRACE_ID)
    assert dict(processed.attributes) == {"parchemin.event_id": str(event_id)}


class AwayBus(LocalBus):
    async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        raise BusAway("for the moment")


async def test_the_relay_counts_what_is_safe_and_what_is_not(database: Database) -> None:
    published = Counted("parchemin_events_published_total", service="toys", topic=NoteTakenV1.topic)
    failures = Counted("parchemin_publish_failures_total", service="toys")
    async with database.transaction() as session:
        await publish(session, *(NoteTakenV1(note_id=uuid4(), text="x") for _ in range(3)))
    with pytest.raises(BusAway):
        await Relay("toys", database, AwayBus(), poll_seconds=60).publish_pending()
    assert (published.grown, failures.grown) == (0, 3)
    assert await Relay("toys", database, LocalBus(), poll_seconds=60).publish_pending()
    assert (published.grown, failures.grown) == (3, 3)
    assert REGISTRY.get_sample_value("parchemin_relay_leading", {"service": "toys"}) == 1
