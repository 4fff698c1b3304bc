"""The producing side: whole batches, in order for each partition, acknowledged by all replicas in sync."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder

from parchemin.common.bus.kafka.settings import KafkaSettings
from parchemin.common.bus.kafka.topics import create_topics
from parchemin.common.bus.protocol import BusAway, Message, Outcome
from parchemin.contracts.envelope import CONTENT_TYPE

log = structlog.get_logger()

BATCH_BYTES = 512 * 1024
STOP_SECONDS = 5.0
ASK_AGAIN_SECONDS = 3.0
"""Between two attempts to find a topic that is not there, or is not ours to write."""
GIVE_UP_SECONDS = 300.0
"""Without an answer for a partition, after which a new producer is the remedy."""
CONTENT_TYPE_HEADER = ("content-type", CONTENT_TYPE.encode())

Place = tuple[str, int]
"""Topic and partition on the cluster."""

_partitioner = DefaultPartitioner()


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A batch that nobody waits for any more, and the producer still brings out: it gives up on none."""

    answer: asyncio.Future[object]
    messages: Sequence[Message]
    since: float


@lru_cache(maxsize=50_000)
def partition_of(key: str, partitions: tuple[int, ...]) -> int:
    """Where a key's messages are: as Java's clients put them, so that other programs find a key where they expect it.

    Remembered, since the hash is computed in Python and one key has many events.
    """
    partition: int = _partitioner(key.encode(), partitions, partitions)
    return partition


class Publisher:
    """Publishes batches by an idempotent producer.

    Messages for one partition go as one record batch, which the broker takes or refuses whole: after a failure in
    the middle nothing of a key has overtaken what is before it. A producer that failed for good is replaced.
    """

    def __init__(self, settings: KafkaSettings, client: str) -> None:
        self._settings = settings
        self._client = client
        self._producer: AIOKafkaProducer | None = None
        self._known: set[str] = set()
        self._absent: dict[str, float] = {}
        """Topics that were not found, and until when none looks for them: the others must not wait each time."""
        self._under_way: dict[Place, UnderWay] = {}
        """Of each partition that did not answer in time. Until it does, it gets nothing new and none waits for it."""
        self._opening = asyncio.Lock()

    async def stop(self) -> None:
        """Close the connection; what was not acknowledged stays unsafe."""
        producer, self._producer = self._producer, None
        self._under_way.clear()
        if producer is not None:
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await producer.stop()
            except (TimeoutError, KafkaError):
                await _abandon(producer)

    async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """As the protocol says. A topic that cannot be written holds up its own messages only."""
        try:
            async with asyncio.timeout(self._seconds):
                producer = await self._open()
        except (KafkaError, OSError, TimeoutError) as error:
            raise _away(error) from error
        outcomes: list[Outcome] = [None] * len(messages)
        by_topic: defaultdict[str, list[int]] = defaultdict(list)
        for index, message in enumerate(messages):
            by_topic[message.topic].append(index)

        async def publish_on(topic: str, indexes: Sequence[int]) -> None:
            partitions, failure = await self._partitions(topic, producer)
            by_place: defaultdict[Place, list[int]] = defaultdict(list)
            for index in indexes:
                outcomes[index] = failure
                if partitions:
                    by_place[self._settings.named(topic), partition_of(messages[index].key, partitions)].append(index)
            await asyncio.gather(*(publish_to(place, there) for place, there in by_place.items()))

        async def publish_to(place: Place, indexes: Sequence[int]) -> None:
            safe, failure = await self._publish_to(place, [messages[index] for index in indexes], producer)
            for index in indexes[safe:]:
                outcomes[index] = failure

        await asyncio.gather(*(publish_on(topic, indexes) for topic, indexes in by_topic.items()))
        unanswered = bool(outcomes) and all(isinstance(outcome, BusAway) for outcome in outcomes)
        if unanswered and not await self._is_answered(producer):
            raise BusAway("no broker answers")
        return outcomes

    async def _is_answered(self, producer: AIOKafkaProducer) -> bool:
        """Whether any broker of the cluster says anything."""
        try:
            async with asyncio.timeout(self._seconds):
                return bool(await producer.client.force_metadata_update())
        except (KafkaError, OSError, TimeoutError):
            return False

    async def _partitions(self, topic: str, producer: AIOKafkaProducer) -> tuple[tuple[int, ...], Outcome]:
        """A topic's partitions; none, and why, where nothing can be published there for now."""
        if time.monotonic() < self._absent.get(topic, 0.0):
            return (), BusAway("the topic was not found")
        try:
            async with asyncio.timeout(self._seconds):
                if self._settings.create_topics and topic not in self._known:
                    await create_topics(self._settings, {topic})
                    self._known.add(topic)
                partitions = tuple(sorted(await producer.partitions_for(self._settings.named(topic))))
        except (KafkaError, OSError, TimeoutError) as error:
            self._absent[topic] = time.monotonic() + ASK_AGAIN_SECONDS
            return (), error
        return partitions, None

    async def _publish_to(
        self, place: Place, messages: Sequence[Message], producer: AIOKafkaProducer
    ) -> tuple[int, Outcome]:
        """How many are safe, from the first on, and why the others are not."""
        safe, answer, batch = 0, None, messages[:0]
        try:
            if (before := self._under_way.get(place)) is not None:
                if not before.answer.done():
                    if time.monotonic() - before.since > GIVE_UP_SECONDS:
                        await self._replace(producer)
                    return 0, BusAway("the partition did not answer")
                del self._under_way[place]
                before.answer.result()
                if messages[: len(before.messages)] == before.messages:
                    safe = len(before.messages)
            async with asyncio.timeout(self._seconds):
                while safe < len(messages):
                    builder, count = self._batch(messages[safe:], producer)
                    batch = messages[safe : safe + count]
                    answer = await producer.send_batch(builder, place[0], partition=place[1])
                    await asyncio.shield(answer)
                    safe, answer = safe + count, None
        except TimeoutError as error:
            if answer is not None and self._producer is producer:  # one that was replaced answers no more
                self._under_way[place] = UnderWay(answer, batch, time.monotonic())
            return safe, _away(error)
        except KafkaError as error:
            await self._replace(producer)
            return safe, error
        return safe, None

    @property
    def _seconds(self) -> float:
        return 2 * self._settings.request_timeout_ms / 1000

    async def _open(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._settings.connection(self._client),
                    enable_idempotence=True,  # and so acknowledged by all replicas in sync
                    compression_type=None if self._settings.compression == "none" else self._settings.compression,
                    max_batch_size=BATCH_BYTES,
                    max_request_size=self._settings.max_message_bytes,
                )
                try:
                    await producer.start()
                except BaseException:
                    with suppress(KafkaError):
                        await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    def _batch(self, messages: Sequence[Message], producer: AIOKafkaProducer) -> tuple[BatchBuilder, int]:
        """As many of the messages, from the first on, as one batch takes; at least one."""
        batch, count = producer.create_batch(), 0
        for message in messages:
            headers = [CONTENT_TYPE_HEADER, *((name, value.encode()) for name, value in message.headers)]
            if batch.append(timestamp=None, key=message.key.encode(), value=message.body, headers=headers) is None:
                break
            count += 1
        batch.close()
        return batch, count

    async def _replace(self, failed: AIOKafkaProducer) -> None:
        """Begin anew with a producer of another id: one whose sequence is broken never works again."""
        if self._producer is failed:
            log.warning("kafka_producer_replaced")
            await self.stop()


async def _abandon(producer: AIOKafkaProducer) -> None:
    """End a producer that could not bring out all it has, and let none of it come later: it would come after what is
    newer, and be the last word on a compacted topic. aiokafka has no public name for this."""
    sending = producer._sender.sender_task
    with suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(STOP_SECONDS):
            if sending is not None:
                sending.cancel()
            await producer.client.close()
            if sending is not None:
                await asyncio.gather(sending, return_exceptions=True)


def _away(error: Exception) -> BusAway:
    return BusAway(type(error).__name__)
