"""What topics are like that the bus makes, and what lies on them: other programs read them too."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, ConfigResource, TopicMetadata
from libs.common.tests.bus.listening import SECONDS, Configure, Member, bring, eventually, messages, of_many_keys

from parchemin.common.bus.kafka import KafkaSettings, create_topics
from parchemin.common.bus.kafka.publishing import partition_of

FACTS, IDENTITIES, DEAD_LETTERS = (
    "parchemin.evaluations.v1",
    "parchemin.candidates.identity.v1",
    "parchemin.documents.dead-letters.v1",
)
HOUR_MS = 3_600_000


def configurations(settings: KafkaSettings, *topics: str) -> list[dict[str, str]]:
    """What the broker says of each topic."""
    resources = [ConfigResource(ConfigResource.Type.TOPIC, settings.named(topic)) for topic in topics]
    admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers})
    told = admin.describe_configs(resources)
    return [{name: it.value for name, it in told[resource].result(SECONDS).items()} for resource in resources]


def partitions(settings: KafkaSettings, topic: str) -> dict[int, int]:
    """The replicas of each partition."""
    found = listed(settings)[settings.named(topic)]
    return {number: len(it.replicas) for number, it in found.partitions.items()}


def listed(settings: KafkaSettings) -> dict[str, TopicMetadata]:
    topics: dict[str, TopicMetadata] = (
        AdminClient({"bootstrap.servers": settings.bootstrap_servers}).list_topics(timeout=SECONDS).topics
    )
    return topics


async def create(settings: KafkaSettings, *topics: str) -> list[str]:
    """Create what is missing, and wait until the broker lists it: it says that it has made a topic a moment before."""
    made = await create_topics(settings, topics)
    await eventually(lambda: {settings.named(topic) for topic in topics} <= listed(settings).keys())
    return made


@pytest.mark.kafka
@pytest.mark.asyncio
async def test_topics_are_made_as_the_settings_say(real: Configure) -> None:
    settings = real(
        partitions=3, retention_hours=48, dead_letter_retention_hours=24, max_message_bytes=2_000_000, replication=1
    )
    assert await create(settings, FACTS, IDENTITIES, DEAD_LETTERS) == [IDENTITIES, DEAD_LETTERS, FACTS]
    assert partitions(settings, FACTS) == {0: 1, 1: 1, 2: 1}
    facts, identities, dead_letters = configurations(settings, FACTS, IDENTITIES, DEAD_LETTERS)
    assert (facts["cleanup.policy"], facts["retention.ms"]) == ("delete", str(48 * HOUR_MS))
    assert identities["cleanup.policy"] == "compact"
    assert (dead_letters["cleanup.policy"], dead_letters["retention.ms"]) == ("delete", str(24 * HOUR_MS))
    for topic in (facts, identities, dead_letters):
        assert (topic["max.message.bytes"], topic["min.insync.replicas"]) == ("2000000", "1")


@pytest.mark.kafka
@pytest.mark.asyncio
async def test_facts_stay_for_good_where_nothing_else_is_said(real: Configure) -> None:
    settings = real()
    await create(settings, FACTS, IDENTITIES)
    facts, identities = configurations(settings, FACTS, IDENTITIES)
    assert facts["retention.ms"] == "-1"
    assert identities["cleanup.policy"] == "compact"
    assert partitions(settings, FACTS).keys() == set(range(6))


@pytest.mark.kafka
@pytest.mark.asyncio
async def test_a_topic_that_is_there_is_left_as_it_is(real: Configure) -> None:
    await create(real(partitions=2, retention_hours=1), FACTS)
    later = real(partitions=5, retention_hours=2)
    assert await create(later, FACTS, IDENTITIES) == [IDENTITIES]
    assert partitions(later, FACTS).keys() == {0, 1}
    assert configurations(later, FACTS)[0]["retention.ms"] == str(HOUR_MS)


@pytest.mark.kafka
@pytest.mark.asyncio
async def test_processes_that_start_together_make_a_topic_once(real: Configure) -> None:
    settings = real()
    made = await asyncio.gather(*(create_topics(settings, [FACTS, IDENTITIES]) for _ in range(4)))
    assert sorted(topic for by_one in made for topic in by_one) == [IDENTITIES, FACTS]


# Kafka's own vectors: org.apache.kafka.common.utils.UtilsTest.testMurmur2
MURMUR2 = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}


@pytest.mark.parametrize("key", MURMUR2)
@pytest.mark.parametrize("count", [1, 6, 7])
def test_a_key_lies_where_javas_clients_look_for_it(key: str, count: int) -> None:
    assert partition_of(key, tuple(range(count))) == (MURMUR2[key] & 0x7FFFFFFF) % count


@pytest.mark.kafka
@pytest.mark.asyncio
async def test_keys_lie_where_another_client_puts_them(configure: Configure, member: Member, topic: str) -> None:
    settings = configure()
    sent = of_many_keys(topic, 40)
    await bring(member(settings), sent)
    other = Producer({"bootstrap.servers": settings.bootstrap_servers, "partitioner": "murmur2_random"})
    for message in sent:
        other.produce(settings.named(topic), key=message.key, value=b"theirs")
    assert await asyncio.to_thread(other.flush, SECONDS) == 0
    found: dict[str, set[int]] = {message.key: set() for message in sent}
    async with asyncio.timeout(SECONDS):
        for record in await records(settings, topic, 2 * len(sent)):
            found[record.key.decode()].add(record.partition)
    assert [key for key, places in found.items() if len(places) != 1] == []


async def records(settings: KafkaSettings, topic: str, count: int) -> list[object]:
    """That many records of the topic, with their places."""
    consumer = AIOKafkaConsumer(
        settings.named(topic), bootstrap_servers=settings.bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        return [await consumer.getone() for _ in range(count)]
    finally:
        await consumer.stop()


@pytest.mark.kafka
@pytest.mark.asyncio
@pytest.mark.parametrize(("compression", "code"), [("none", 0), ("gzip", 1), ("lz4", 3), ("zstd", 4)])
async def test_events_go_over_the_wire_compressed_as_the_settings_say(
    configure: Configure, member: Member, topic: str, compression: str, code: int
) -> None:
    settings = configure(partitions=1, compression=compression)
    sent = messages(topic, 100)
    await bring(member(settings), sent)
    batch = await first_batch(settings, topic)
    # https://kafka.apache.org/documentation/#recordbatch: attributes at 21, the number of records at 57
    assert int.from_bytes(batch[21:23], "big") & 0b111 == code
    assert int.from_bytes(batch[57:61], "big") == len(sent)


async def first_batch(settings: KafkaSettings, topic: str) -> bytes:
    """The first record batch of partition 0, as the broker keeps it and sends it."""
    client = AIOKafkaClient(bootstrap_servers=settings.bootstrap_servers)
    await client.bootstrap()
    try:
        await client.add_topic(settings.named(topic))
        leader = client.cluster.leader_for_partition(TopicPartition(settings.named(topic), 0))
        answer = await client.send(leader, FetchRequest(1_000, 1, 2**20, 0, [(settings.named(topic), [(0, 0, 2**20)])]))
    finally:
        await client.close()
    [(_, [(*_, batch)])] = answer.topics
    return bytes(batch)
