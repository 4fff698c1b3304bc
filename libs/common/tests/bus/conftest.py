"""Settings for the broker that the tests share, and members of one group on it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from libs.common.tests.bus.listening import GROUP, Configure, Listener, Member

from parchemin.common.bus.kafka import KafkaBus, KafkaSettings


@pytest.fixture
def configure(kafka_environment: dict[str, str]) -> Configure:
    """`configure(partitions=…)`: settings for the broker that the tests share, in this test's namespace."""
    prefix = "PARCHEMIN_KAFKA_"
    shared = {
        name.removeprefix(prefix).lower(): it for name, it in kafka_environment.items() if name.startswith(prefix)
    }
    return lambda **more: KafkaSettings(**shared | more)  # type: ignore[arg-type]


@pytest.fixture
def real(configure: Configure) -> Configure:
    """`configure`, for what the mock cluster does not do as Kafka does: topics on demand, members and their offsets."""
    if not configure().create_topics:
        pytest.skip("the mock cluster is no Kafka in this")
    return configure


@pytest.fixture
def topic() -> str:
    return f"parchemin.facts-{uuid4().hex}.v1"


@pytest_asyncio.fixture
async def member(topic: str) -> AsyncIterator[Member]:
    """`member(settings, listener)`: one process's part in the group that reads the topic; stopped with the test."""
    made: list[tuple[KafkaBus, Listener]] = []

    def a_member(settings: KafkaSettings, listener: Listener | None = None) -> KafkaBus:
        bus, listening = KafkaBus(settings, "facts"), listener or Listener()
        if listener is not None:
            bus.subscribe(GROUP, [topic], listening.deliver)
        made.append((bus, listening))
        return bus

    yield a_member
    for bus, listening in made:
        listening.release()
        await bus.stop()
