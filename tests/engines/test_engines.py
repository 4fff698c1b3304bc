"""The engines that other tests stand on: what was sent stays, and they fail when told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import MessageSizeTooLargeError
from tests.engines.kafka import KafkaBroker, answers
from tests.engines.mock_kafka import MockKafka, Request
from tests.engines.postgres import PostgresServer

pytestmark = pytest.mark.asyncio

# Kafka's error codes
NOT_LEADER, REQUEST_TIMED_OUT, MESSAGE_TOO_LARGE, TOPIC_AUTHORIZATION_FAILED = 6, 7, 10, 29


@asynccontextmanager
async def producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    opened = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, retry_backoff_ms=50)
    await opened.start()
    try:
        yield opened
    finally:
        await opened.stop()


async def create_topic(bootstrap: str, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def contents(bootstrap: str, topic: str, count: int, group: str | None = None) -> list[bytes | None]:
    """The first `count` values of the topic's partition 0."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        if group is None:
            consumer.assign([TopicPartition(topic, 0)])
        else:
            consumer.subscribe([topic])
        async with asyncio.timeout(30):
            return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def send(producing: AIOKafkaProducer, topic: str, *values: bytes) -> None:
    for value in values:
        await producing.send_and_wait(topic, value, partition=0)


@pytest.mark.kafka
async def test_a_group_reads_in_order_what_an_idempotent_producer_sent(kafka_environment: dict[str, str]) -> None:
    bootstrap = kafka_environment["PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS"]
    topic = f"{kafka_environment['PARCHEMIN_KAFKA_NAMESPACE']}engines"
    if kafka_environment["PARCHEMIN_KAFKA_CREATE_TOPICS"] == "true":
        await create_topic(bootstrap, topic)
    values = [str(number).encode() for number in range(50)]
    async with producer(bootstrap) as producing:
        await send(producing, topic, *values)
    assert await contents(bootstrap, topic, len(values), group=topic) == values


@pytest.mark.kafka
async def test_a_killed_broker_starts_again_with_what_it_had_confirmed(kafka_broker: KafkaBroker) -> None:
    await create_topic(kafka_broker.bootstrap, "kept")
    async with producer(kafka_broker.bootstrap) as producing:
        await send(producing, "kept", b"before")
        await asyncio.to_thread(kafka_broker.kill)
        assert not await asyncio.to_thread(answers, kafka_broker.bootstrap)
        meanwhile = asyncio.create_task(send(producing, "kept", b"meanwhile"))
        await asyncio.to_thread(kafka_broker.restart)
        await asyncio.wait_for(meanwhile, 30)
        await send(producing, "kept", b"after")
    assert await contents(kafka_broker.bootstrap, "kept", 3) == [b"before", b"meanwhile", b"after"]


@pytest.mark.kafka
async def test_a_paused_broker_answers_nothing_until_it_is_resumed(kafka_broker: KafkaBroker) -> None:
    await create_topic(kafka_broker.bootstrap, "kept")
    async with producer(kafka_broker.bootstrap) as producing:
        await send(producing, "kept", b"before")
        kafka_broker.pause()
        meanwhile = asyncio.create_task(send(producing, "kept", b"meanwhile"))
        assert not await asyncio.to_thread(answers, kafka_broker.bootstrap)
        assert not meanwhile.done()
        kafka_broker.resume()
        await asyncio.wait_for(meanwhile, 30)
    assert await contents(kafka_broker.bootstrap, "kept", 2) == [b"before", b"meanwhile"]


async def test_the_mock_cluster_hangs_up_while_it_is_down(mock_kafka: MockKafka) -> None:
    mock_kafka.create_topic("kept", partitions=1)
    async with producer(mock_kafka.bootstrap) as producing:
        await send(producing, "kept", b"before")
        mock_kafka.down()
        meanwhile = asyncio.create_task(send(producing, "kept", b"meanwhile"))
        assert not await asyncio.to_thread(answers, mock_kafka.bootstrap)
        assert not meanwhile.done()
        mock_kafka.up()
        await asyncio.wait_for(meanwhile, 30)
    assert await contents(mock_kafka.bootstrap, "kept", 2) == [b"before", b"meanwhile"]


async def test_the_mock_cluster_fails_requests_on_command(mock_kafka: MockKafka) -> None:
    mock_kafka.create_topic("kept", partitions=1)
    async with producer(mock_kafka.bootstrap) as producing:
        mock_kafka.fail(Request.PRODUCE, REQUEST_TIMED_OUT, NOT_LEADER, MESSAGE_TOO_LARGE)  # the last is final
        with pytest.raises(MessageSizeTooLargeError):
            await send(producing, "kept", b"refused")
        await send(producing, "kept", b"taken")
    assert await contents(mock_kafka.bootstrap, "kept", 1) == [b"taken"]


async def test_the_mock_cluster_answers_late_on_command(mock_kafka: MockKafka) -> None:
    mock_kafka.create_topic("kept", partitions=1)
    assert await asyncio.to_thread(answers, mock_kafka.bootstrap)
    mock_kafka.delay(1500)
    assert not await asyncio.to_thread(answers, mock_kafka.bootstrap)
    mock_kafka.delay(0)
    assert await asyncio.to_thread(answers, mock_kafka.bootstrap)


async def test_the_mock_cluster_denies_a_topic_on_command(mock_kafka: MockKafka) -> None:
    mock_kafka.create_topic("kept", partitions=1)
    mock_kafka.fail_topic("kept", TOPIC_AUTHORIZATION_FAILED)
    admin = AIOKafkaAdminClient(bootstrap_servers=mock_kafka.bootstrap)
    await admin.start()
    try:
        [described] = await admin.describe_topics(["kept"])
    finally:
        await admin.close()
    assert described["error_code"] == TOPIC_AUTHORIZATION_FAILED


@pytest.mark.postgres
async def test_a_killed_database_starts_again_with_what_it_had_committed(postgres_server: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres_server.url)
    await connection.execute("CREATE TABLE kept (value text)")
    await connection.execute("INSERT INTO kept VALUES ('committed')")
    await asyncio.to_thread(postgres_server.kill)
    with pytest.raises(ConnectionRefusedError):
        await asyncpg.connect(postgres_server.url)
    await asyncio.to_thread(postgres_server.restart)
    connection = await asyncpg.connect(postgres_server.url)
    try:
        assert await connection.fetchval("SELECT value FROM kept") == "committed"
    finally:
        await connection.close()


@pytest.mark.postgres
async def test_a_paused_database_answers_nothing_until_it_is_resumed(postgres_server: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres_server.url)
    try:
        await asyncio.to_thread(postgres_server.pause)
        answer = asyncio.create_task(connection.fetchval("SELECT 'late'"))
        done, _ = await asyncio.wait([answer], timeout=0.5)
        assert not done
        postgres_server.resume()
        assert await asyncio.wait_for(answer, 10) == "late"
    finally:
        await connection.close()
