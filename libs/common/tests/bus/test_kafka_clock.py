"""Clocks of publishers that go wrong."""

import time

import pytest
from confluent_kafka import KafkaError, Message, Producer

from parchemin.common.bus.kafka import KafkaSettings, create_topics

HOUR_MS = 3_600_000

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_publisher_whose_clock_is_hours_off_is_heard(
    hours: int, kafka_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in kafka_environment.items():
        monkeypatch.setenv(name, value)
    settings = KafkaSettings()
    topic = "parchemin.clocks.v1"
    if settings.create_topics:
        await create_topics(settings, [topic])
    outcomes: list[str | None] = []

    def done(error: KafkaError | None, _message: Message) -> None:
        outcomes.append(None if error is None else error.str())

    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "message.timeout.ms": 10_000, "log_level": 0})
    at = int(time.time() * 1000) + hours * HOUR_MS
    producer.produce(settings.named(topic), b"{}", b"key", timestamp=at, on_delivery=done)
    producer.flush(15)
    assert outcomes == [None]
