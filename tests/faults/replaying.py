"""Having all events come again: by the groups' offsets, by the outboxes, by the topics themselves."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from sqlalchemy import update

from parchemin.common.bus.kafka import KafkaSettings
from parchemin.common.database import Database
from parchemin.common.tables import outbox
from parchemin.standalone.services import ServiceName, topics_read_by

PATIENCE_SECONDS = 60


async def read_from_the_beginning(kafka: KafkaSettings) -> None:
    """Set the offsets of all groups to 0. Their members have to be gone; one that was killed is, after its session."""
    await asyncio.to_thread(_reset, kafka)


async def publish_again(databases: Mapping[str, str]) -> int:
    """Have the relays publish all that they ever published; returns how many events that is."""
    count = 0
    for url in databases.values():
        database = Database(url)
        try:
            async with database.transaction() as session:
                done = await session.execute(update(outbox).values(published_at=None).returning(outbox.c.position))
                count += len(done.all())
        finally:
            await database.dispose()
    return count


async def produce_again(kafka: KafkaSettings, seed: int) -> int:
    """Append each message to its topic once more: those of a key in their order, keys in any order; returns how many
    messages that is."""
    return await asyncio.to_thread(_produce_shuffled, kafka, seed)


def all_messages(kafka: KafkaSettings, topics: Iterable[str] | None = None) -> list[Message]:
    """What is on these topics of the installation, or on all of them, each partition from its beginning to its end."""
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": "reading", "log_level": 0})
    try:
        there = consumer.list_topics(timeout=10).topics
        wanted = [kafka.named(topic) for topic in topics] if topics is not None else list(there)
        partitions = [
            TopicPartition(topic, number, 0)
            for topic in wanted
            if topic.startswith(kafka.namespace) and topic in there
            for number in there[topic].partitions
        ]
        left = {(place.topic, place.partition): _end(consumer, place) for place in partitions}
        consumer.assign(partitions)
        messages = list[Message]()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(left.values()):
            assert time.monotonic() < deadline, f"messages are missing: {left}"
            for message in consumer.consume(500, timeout=1.0):
                place = (message.topic(), message.partition())
                messages.append(message)
                if message.offset() + 1 >= left[place]:
                    left[place] = 0
        return messages
    finally:
        consumer.close()


def _end(consumer: Consumer, place: TopicPartition) -> int:
    end: int = consumer.get_watermark_offsets(place, timeout=10)[1]
    return end


def _reset(kafka: KafkaSettings) -> None:
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
    for name in ServiceName:
        group = kafka.named(name)
        [asked] = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]).values()
        committed = asked.result().topic_partitions
        assert committed or not topics_read_by(name), f"{group} has read nothing"
        if committed:
            beginning = [TopicPartition(place.topic, place.partition, 0) for place in committed]
            _until_allowed(admin, ConsumerGroupTopicPartitions(group, beginning))


def _until_allowed(admin: AdminClient, offsets: ConsumerGroupTopicPartitions) -> None:
    """A group that still has a member keeps its offsets."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        [asked] = admin.alter_consumer_group_offsets([offsets]).values()
        refused = [place.error for place in asked.result().topic_partitions if place.error is not None]
        if not refused:
            return
        assert time.monotonic() < deadline, refused
        time.sleep(0.1)


def _produce_shuffled(kafka: KafkaSettings, seed: int) -> int:
    once = {(message.topic(), message.value()): message for message in all_messages(kafka)}
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0, "enable.idempotence": True})
    for message in shuffled_between_keys(list(once.values()), seed):
        producer.produce(message.topic(), message.value(), message.key(), headers=message.headers())
    assert producer.flush(PATIENCE_SECONDS) == 0
    return len(once)


def shuffled_between_keys(messages: Sequence[Message], seed: int) -> list[Message]:
    """Any order that keeps the order of each key."""
    by_key: defaultdict[tuple[str, bytes | None], list[Message]] = defaultdict(list)
    for message in messages:
        by_key[message.topic(), message.key()].append(message)
    turns = [key for key, own in by_key.items() for _ in own]
    random.Random(seed).shuffle(turns)
    waiting = {key: iter(own) for key, own in by_key.items()}
    return [next(waiting[key]) for key in turns]
