"""The producing side on a cluster that does not answer in time: librdkafka's mock, which keeps silent on command."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from tests.engines.mock_kafka import MockKafka, Request

from parchemin.common.bus import BusAway, Message
from parchemin.common.bus.kafka import KafkaSettings, publishing
from parchemin.common.bus.kafka.publishing import Publisher
from parchemin.common.bus.protocol import Outcome

pytestmark = pytest.mark.asyncio

TOPIC = "parchemin.publishing.v1"
REQUEST_MS = 2000
NOT_LEADER = 6
Publishers = Callable[[], Publisher]


@pytest_asyncio.fixture
async def publishers(mock_kafka: MockKafka) -> AsyncIterator[Publishers]:
    """Publishers of a mock cluster with one partition, that wait four seconds for an answer."""
    mock_kafka.create_topic(TOPIC, 1)
    settings = KafkaSettings(bootstrap_servers=mock_kafka.bootstrap, request_timeout_ms=REQUEST_MS, create_topics=False)
    made: list[Publisher] = []

    def another() -> Publisher:
        made.append(Publisher(settings, "test"))
        return made[-1]

    yield another
    for publisher in made:
        await publisher.stop()


async def attempt(publisher: Publisher, messages: Sequence[Message]) -> Sequence[Outcome]:
    """The outcomes, also where the cluster is away altogether."""
    try:
        return await publisher.publish(messages)
    except BusAway as away:
        return [away] * len(messages)


async def bring(publisher: Publisher, messages: Sequence[Message], seconds: float) -> int:
    """Publish as the relay does, until all are safe; how many attempts that took."""
    waiting, attempts = list(messages), 0
    async with asyncio.timeout(seconds):
        while waiting:
            outcomes = await attempt(publisher, waiting)
            waiting = [message for message, outcome in zip(waiting, outcomes, strict=True) if outcome is not None]
            attempts += 1
            await asyncio.sleep(0.05)  # the relay's pause
    return attempts


async def bodies(mock: MockKafka) -> list[bytes]:
    """What is on the topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=mock.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        place = TopicPartition(TOPIC, 0)
        consumer.assign([place])
        [end] = (await consumer.end_offsets([place])).values()
        return [(await consumer.getone(place)).value for _ in range(end)]
    finally:
        await consumer.stop()


def facts(*texts: str) -> list[Message]:
    return [Message(TOPIC, "a", text.encode()) for text in texts]


async def silence(mock: MockKafka, publisher: Publisher, messages: Sequence[Message]) -> None:
    """Publish to a cluster that takes the messages only when nobody waits any more."""
    mock.down()
    assert all(isinstance(outcome, BusAway) for outcome in await attempt(publisher, messages))
    mock.up()


async def test_a_cluster_that_answers_slowly_after_a_silence_is_waited_for(
    mock_kafka: MockKafka, publishers: Publishers
) -> None:
    """A broker has much to do when it comes back. Who waits less for it than it takes publishes the same for ever."""
    publisher = publishers()
    await bring(publisher, facts("first"), seconds=10)
    mock_kafka.delay(1)
    await silence(mock_kafka, publisher, facts("second", "third"))
    mock_kafka.delay(int(0.7 * REQUEST_MS))
    await bring(publisher, facts("second", "third", "fourth"), seconds=15)
    mock_kafka.delay(0)
    assert await bodies(mock_kafka) == [b"first", b"second", b"third", b"fourth"]


async def test_what_is_unanswered_is_told_at_once_and_keeps_no_other_waiting(
    mock_kafka: MockKafka, publishers: Publishers
) -> None:
    publisher = publishers()
    await bring(publisher, facts("first"), seconds=10)
    mock_kafka.down()
    await attempt(publisher, facts("second"))
    began = time.monotonic()
    for _ in range(5):
        assert all(isinstance(outcome, BusAway) for outcome in await attempt(publisher, facts("second", "third")))
    assert time.monotonic() - began < 1
    mock_kafka.up()
    await bring(publisher, facts("second", "third"), seconds=15)
    assert await bodies(mock_kafka) == [b"first", b"second", b"third"]


async def test_where_no_broker_answers_the_cluster_is_away(mock_kafka: MockKafka, publishers: Publishers) -> None:
    """The relay then rests; else it would go through all that waits, again and again."""
    publisher = publishers()
    await bring(publisher, facts("first"), seconds=10)
    mock_kafka.down()
    await attempt(publisher, facts("second"))
    with pytest.raises(BusAway):
        await publisher.publish(facts("second", "third"))


async def test_where_a_broker_answers_a_partition_that_does_not_holds_up_its_own_messages_only(
    mock_kafka: MockKafka, publishers: Publishers
) -> None:
    publisher = publishers()
    await bring(publisher, facts("first"), seconds=10)
    mock_kafka.fail(Request.PRODUCE, *[NOT_LEADER] * 500)
    for _ in range(2):
        [outcome] = await publisher.publish(facts("second"))
        assert isinstance(outcome, BusAway)
    mock_kafka.heal(Request.PRODUCE)
    await bring(publisher, facts("second"), seconds=10)


async def test_a_producer_that_never_answers_is_replaced(
    mock_kafka: MockKafka, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "STOP_SECONDS", 0.3)
    monkeypatch.setattr(publishing, "GIVE_UP_SECONDS", 0.0)
    publisher = publishers()
    await bring(publisher, facts("first"), seconds=10)
    stuck = publisher._producer
    assert stuck is not None
    stuck._sender.sender_task.cancel()  # as if aiokafka had stalled: no answer, and no error
    await bring(publisher, facts("second"), seconds=15)
    assert publisher._producer is not stuck
    assert await bodies(mock_kafka) == [b"first", b"second"]


async def test_a_publisher_that_was_stopped_brings_nothing_out_any_more(
    mock_kafka: MockKafka, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would come after what its successor publishes, and be the last word on a compacted topic."""
    monkeypatch.setattr(publishing, "STOP_SECONDS", 0.3)
    publisher, successor = publishers(), publishers()
    await bring(publisher, facts("first"), seconds=10)
    mock_kafka.down()
    assert all(isinstance(outcome, BusAway) for outcome in await attempt(publisher, facts("old")))
    await publisher.stop()
    mock_kafka.up()
    await bring(successor, facts("new"), seconds=10)
    await asyncio.sleep(1)  # what must not happen tells nobody
    assert await bodies(mock_kafka) == [b"first", b"new"]
