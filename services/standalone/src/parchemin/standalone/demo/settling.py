"""Knowing that every event has had its effect, from outside of the processes."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from parchemin.common.bus.kafka import KafkaSettings
from parchemin.common.database import Database
from parchemin.common.tables import outbox
from parchemin.standalone.services import ServiceName, topics_read_by


class Settling:
    """Looks into the outboxes, and on a cluster at how far the groups are.

    On the local bus an event that does not wait has had its effect. On a cluster it has been handed over: nothing is
    under way when no outbox has an event that waits, then no group is behind, and since then nothing was written.
    """

    def __init__(self, databases: Mapping[str, str], kafka: KafkaSettings | None = None) -> None:
        self._databases = {service: Database(url) for service, url in databases.items()}
        self.kafka = kafka
        """The cluster, and the namespace on it; None on the local bus."""

    async def settled(self) -> bool:
        """Whether every event has had its effect; false where that cannot be seen now."""
        try:
            before = await self._written()
            if any(waiting for _, waiting in before):
                return False
            if self.kafka is None:
                return True
            return await _behind(self.kafka, self._databases) == 0 and await self._written() == before
        except (SQLAlchemyError, asyncpg.PostgresError, KafkaError, OSError, TimeoutError):
            return False  # asyncpg's own errors come bare while a connection is opened

    async def close(self) -> None:
        """Close the connections."""
        for database in self._databases.values():
            await database.dispose()

    async def _written(self) -> list[tuple[int | None, int]]:
        """Of each outbox: the position of the last event, and how many wait."""
        return [await _outbox_of(database) for database in self._databases.values()]


async def _outbox_of(database: Database) -> tuple[int | None, int]:
    waiting = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None)).scalar_subquery()
    async with database.reading() as session:
        last, count = (await session.execute(select(func.max(outbox.c.position), waiting))).one()
        return last, count


async def _behind(kafka: KafkaSettings, services: Iterable[str]) -> int:
    """Messages that the group of some of these services is told of and has not committed."""
    admin = AIOKafkaAdminClient(**kafka.connection("settling"))
    consumer = AIOKafkaConsumer(**kafka.connection("settling"))
    behind = 0
    try:
        await admin.start()
        await consumer.start()
        there = set(await admin.list_topics())
        for name in map(ServiceName, services):
            topics = {kafka.named(topic) for topic in topics_read_by(name)} & there
            if not topics:
                continue
            committed = await admin.list_consumer_group_offsets(kafka.named(name))
            partitions = [
                TopicPartition(topic["topic"], partition["partition"])
                for topic in await admin.describe_topics(sorted(topics))
                for partition in topic["partitions"]
            ]
            ends: Mapping[TopicPartition, int] = await consumer.end_offsets(partitions)
            behind += sum(
                end - (committed[partition].offset if partition in committed else 0) for partition, end in ends.items()
            )
        return behind
    finally:
        await consumer.stop()
        await admin.close()


async def delete_topics(kafka: KafkaSettings) -> None:
    """Delete the topics of a namespace that was this scenario's own, where it was to create them."""
    if not kafka.create_topics:
        return
    admin = AIOKafkaAdminClient(**kafka.connection("settling"))
    with suppress(KafkaError, OSError):
        await admin.start()
        mine = [topic for topic in await admin.list_topics() if topic.startswith(kafka.namespace)]
        if mine:
            await admin.delete_topics(mine)
    await admin.close()
