"""Kafka and servers of one's own for the tests, started when a test asks for them.

`PARCHEMIN_TEST_KAFKA` names a broker that already runs (`host:port`), or says `mock`: the tests marked `kafka` then run
on librdkafka's mock cluster, without Java.
"""

import os
import secrets
from collections.abc import Callable, Iterator

import pytest
from tests.engines.kafka import KafkaBroker, KafkaUnavailable
from tests.engines.missing import missing
from tests.engines.mock_kafka import MockKafka
from tests.engines.on_demand import OnDemand, ask
from tests.engines.postgres import PostgresServer, PostgresUnavailable

KAFKA = "PARCHEMIN_TEST_KAFKA"
SHARED_KAFKA = "PARCHEMIN_TEST_KAFKA_SOCKET"
_shared = pytest.StashKey[OnDemand]()


def pytest_configure(config: pytest.Config) -> None:
    """Be ready to start the broker that all workers share: the first test that needs it has it started."""
    if hasattr(config, "workerinput") or KAFKA in os.environ or config.option.collectonly:
        return
    shared = config.stash[_shared] = OnDemand(_start)
    os.environ[SHARED_KAFKA] = shared.socket


def pytest_unconfigure(config: pytest.Config) -> None:
    shared = config.stash.get(_shared, None)
    if shared is not None:
        shared.close()
        os.environ.pop(SHARED_KAFKA, None)


def _start() -> tuple[str, Callable[[], None]]:
    broker = KafkaBroker.start()
    return broker.bootstrap, broker.stop


@pytest.fixture(scope="session")
def kafka_servers() -> Iterator[str]:
    """Bootstrap address of the broker that the tests share: take a namespace of your own in it."""
    named = os.environ.get(KAFKA)
    if named == "mock":
        mock = MockKafka.start()
        yield mock.bootstrap
        mock.stop()
    elif named is not None:
        yield named
    else:
        address, reason = ask(os.environ[SHARED_KAFKA])
        if address is None:
            missing(f"no Kafka: {reason}")
        else:
            yield address


@pytest.fixture
def kafka_environment(kafka_servers: str) -> dict[str, str]:
    """Settings of a process that this test starts on the shared broker: topics and groups are its own.

    The mock cluster creates topics for whoever asks about them, and on no request.
    """
    return {
        "PARCHEMIN_BUS": "kafka",
        "PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS": kafka_servers,
        "PARCHEMIN_KAFKA_NAMESPACE": f"test-{secrets.token_hex(4)}.",
        "PARCHEMIN_KAFKA_CREATE_TOPICS": "false" if os.environ.get(KAFKA) == "mock" else "true",
    }


@pytest.fixture
def kafka_broker() -> Iterator[KafkaBroker]:
    """A real broker of this test's own, to kill, pause and start again."""
    try:
        broker = KafkaBroker.start()
    except KafkaUnavailable as reason:
        missing(f"no Kafka: {reason}")
    else:
        yield broker
        broker.stop()


@pytest.fixture
def mock_kafka() -> Iterator[MockKafka]:
    """A mock cluster of this test's own, to make fail."""
    mock = MockKafka.start()
    yield mock
    mock.stop()


@pytest.fixture
def postgres_server() -> Iterator[PostgresServer]:
    """A durable PostgreSQL server of this test's own, to kill, pause and start again."""
    try:
        server = PostgresServer.start(durable=True)
    except PostgresUnavailable as reason:
        missing(f"no PostgreSQL: {reason}")
    else:
        yield server
        server.stop()
