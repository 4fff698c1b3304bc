"""Publishing where one topic is not there, or is not ours to write."""

import asyncio

import pytest
from libs.common.tests.bus.listening import Member, messages
from tests.engines.mock_kafka import MockKafka

from parchemin.common.bus import Message, Outcome
from parchemin.common.bus.kafka import KafkaBus, KafkaSettings, publishing

pytestmark = pytest.mark.asyncio

# Kafka's error codes
UNKNOWN_TOPIC, TOPIC_AUTHORIZATION_FAILED = 3, 29


@pytest.fixture
def settings(mock_kafka: MockKafka) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=mock_kafka.bootstrap, create_topics=False, request_timeout_ms=1_000)


async def outcomes(bus: KafkaBus, *sent: Message) -> list[Outcome]:
    async with asyncio.timeout(10):
        return list(await bus.publish(sent))


@pytest.mark.parametrize("error", [UNKNOWN_TOPIC, TOPIC_AUTHORIZATION_FAILED])
async def test_a_topic_that_cannot_be_written_holds_up_its_own_events_only(
    mock_kafka: MockKafka,
    settings: KafkaSettings,
    member: Member,
    topic: str,
    error: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(publishing, "ASK_AGAIN_SECONDS", 0.5)
    refused = f"{topic}.refused"
    mock_kafka.create_topic(topic, partitions=1)
    mock_kafka.create_topic(refused, partitions=1)
    mock_kafka.fail_topic(refused, error)
    bus = member(settings)
    first, held, second = *messages(refused, 1), *messages(topic, 1), *messages(refused, 1, "b")
    told = await outcomes(bus, first, held, second)
    assert [outcome is None for outcome in told] == [False, True, False]
    assert await outcomes(bus, first) != [None]

    mock_kafka.fail_topic(refused, 0)
    async with asyncio.timeout(20):
        while await outcomes(bus, first, held) != [None, None]:  # noqa: ASYNC110 - only asking again tells
            await asyncio.sleep(0.02)
