"""What a process does about a cluster that says nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from tests.engines.kafka import KafkaBroker

from parchemin.common.bus import Deliver, Message
from parchemin.common.bus.kafka import KafkaBus, KafkaSettings, reading

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]

TOPIC = "parchemin.silence.v1"


@asynccontextmanager
async def hearing(settings: KafkaSettings, deliver: Deliver) -> AsyncIterator[KafkaBus]:
    bus = KafkaBus(settings, "silence")
    bus.subscribe("group", [TOPIC], deliver)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


async def eventually(holds: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - a client's inner state tells nobody
            await asyncio.sleep(0.02)


@pytest.fixture
def cluster(kafka_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in kafka_environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SILENCE_SECONDS", 0.6)
    monkeypatch.setattr(reading, "WATCH_SECONDS", 0.1)


async def test_a_cluster_that_is_away_is_no_fault_of_the_process(kafka_broker: KafkaBroker, impatient: None) -> None:
    """A process that serves requests too needs no broker for them, and must not be restarted for one."""
    got: list[bytes] = []

    async def take(message: Message) -> None:
        got.append(message.body)

    settings = KafkaSettings(bootstrap_servers=kafka_broker.bootstrap, request_timeout_ms=1000)
    async with hearing(settings, take) as bus:
        assert await bus.publish([Message(TOPIC, "a", b"before")]) == [None]
        await eventually(lambda: got == [b"before"])
        kafka_broker.kill()
        [group] = bus._groups
        await eventually(lambda: any(reader.hears_nothing for reader in group._readers.values()))
        await asyncio.sleep(3 * reading.WATCH_SECONDS)
        assert bus.fault() is None


async def test_a_client_that_is_stuck_asks_for_a_new_process(cluster: None, impatient: None) -> None:
    async def take(_message: Message) -> None:
        return

    async with hearing(KafkaSettings(), take) as bus:
        assert await bus.publish([Message(TOPIC, "a", b"x")]) == [None]
        [group] = bus._groups
        await eventually(lambda: bool(bus.lag()))
        assert bus.fault() is None
        group._consumer._fetcher._fetch_task.cancel()  # as aiokafka has stalled before: no fetch, and no error
        await eventually(lambda: bus.fault() is not None)


async def test_a_delivery_may_fail_a_thousand_times(cluster: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_BACK_OFF", 0.0)
    failures, done = 0, asyncio.Event()

    async def take(_message: Message) -> None:
        nonlocal failures
        if failures < 1100:
            failures += 1
            raise ConnectionError
        done.set()

    async with hearing(KafkaSettings(), take) as bus, asyncio.timeout(30):
        assert await bus.publish([Message(TOPIC, "a", b"x")]) == [None]
        await done.wait()
        assert bus.fault() is None
