"""The consuming side: one group, a reader for each partition that it was given.

Offsets are committed after the effects of what they pass over. Of a partition's messages those of one key are
delivered one after the other, keys side by side. A reader takes no more from the broker than it has in hand.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from parchemin.common.bus.kafka.settings import KafkaSettings
from parchemin.common.bus.kafka.topics import answers
from parchemin.common.bus.protocol import Deliver, Message

log = structlog.get_logger()

SLICE = 200
"""Messages of a partition between two commits of its offset, at most."""
SIDE_BY_SIDE = 8
"""Deliveries of a group at a time: each takes a connection of the database."""
FETCH_WAIT_MS = 200
POLL_MS = 60_000
FIRST_BACK_OFF, LONGEST_BACK_OFF = 0.05, 5.0
SILENCE_SECONDS = 300.0
"""Without an answer for an assigned partition, after which it is asked whether the cluster is there at all."""
WATCH_SECONDS = 30.0
COMMIT_SECONDS = 5.0
STOP_SECONDS = 5.0


class Stopping(Exception):
    """The partition is being given back: what is not done comes again elsewhere."""


class Reader:
    """Delivers the messages of one partition until it is stopped."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        partition: TopicPartition,
        topic: str,
        deliver: Deliver,
        places: asyncio.Semaphore,
    ) -> None:
        self._consumer = consumer
        self._partition = partition
        self._topic = topic
        self._deliver = deliver
        self._places = places
        self._in_hand = False
        self._handled: int | None = None
        self._failing_since: float | None = None
        self._stopping = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"read {topic}/{partition.partition}")

    @property
    def has_ended(self) -> bool:
        """Whether it has, though nobody stopped it."""
        return self._task.done() and not self._stopping.is_set()

    @property
    def hears_nothing(self) -> bool:
        """Whether it waits, and the broker has not even said that there is nothing, for long; or has only failed."""
        if self._failing_since is not None and time.monotonic() - self._failing_since > SILENCE_SECONDS:
            return True
        if self._in_hand or not self._is_assigned:
            return False
        answered: int | None = self._consumer.last_poll_timestamp(self._partition)
        return answered is not None and time.time() - answered / 1000 > SILENCE_SECONDS

    @property
    def lag(self) -> int | None:
        """Messages on the broker that are not handled; None until it is known."""
        if self._handled is None or not self._is_assigned:
            return None
        end: int | None = self._consumer.highwater(self._partition)
        return None if end is None else max(end - self._handled, 0)

    @property
    def _is_assigned(self) -> bool:
        """Between two assignments nothing can be asked of the consumer."""
        return self._partition in self._consumer.assignment()

    async def stop(self) -> None:
        """Finish what is in hand, commit, and end."""
        self._stopping.set()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                if records := await self._next():
                    await self._handle(records)
                failures, self._failing_since = 0, None
            except Stopping:
                return
            except KafkaError as error:
                self._failing_since = self._failing_since or time.monotonic()
                log.warning("kafka_read_failed", topic=self._topic, cause=type(error).__name__)
                await self._pause(failures)
                failures += 1

    async def _next(self) -> Sequence[ConsumerRecord]:
        fetching = asyncio.create_task(self._consumer.getmany(self._partition, timeout_ms=POLL_MS, max_records=SLICE))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                return ()
            records: dict[TopicPartition, list[ConsumerRecord]] = fetching.result()
            return records.get(self._partition, ())
        finally:
            for task in (fetching, stopping):
                task.cancel()
            await asyncio.gather(fetching, stopping, return_exceptions=True)

    async def _handle(self, records: Sequence[ConsumerRecord]) -> None:
        self._in_hand = True
        if self._handled is None:
            self._handled = records[0].offset
        try:
            await self._deliver_all(records)
        finally:
            self._in_hand = False
        self._handled = records[-1].offset + 1
        await self._commit(self._handled)

    async def _deliver_all(self, records: Sequence[ConsumerRecord]) -> None:
        by_key: defaultdict[bytes | None, list[ConsumerRecord]] = defaultdict(list)
        for record in records:
            by_key[record.key].append(record)
        outcomes = await asyncio.gather(*map(self._deliver_in_order, by_key.values()), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def _deliver_in_order(self, records: Iterable[ConsumerRecord]) -> None:
        for record in records:
            if record.value is None:  # the grave of a key: nothing here keeps one
                continue
            message = Message(
                self._topic,
                (record.key or b"").decode(errors="replace"),
                record.value,
                tuple((name, value.decode(errors="replace")) for name, value in record.headers),
                f"{self._topic}/{record.partition}/{record.offset}",
            )
            await self._deliver_until_done(message)

    async def _deliver_until_done(self, message: Message) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                async with self._places:
                    if self._stopping.is_set():  # it may have waited long for its place
                        raise Stopping
                    await self._deliver(message)
                return
            except Stopping:
                raise
            except Exception as error:  # what can be parked is parked: this is the database, and it will come back
                log.warning("delivery_failed", topic=message.topic, source=message.source, cause=type(error).__name__)
            await self._pause(failures)
            failures += 1
        raise Stopping

    async def _commit(self, offset: int) -> None:
        try:
            async with asyncio.timeout(COMMIT_SECONDS):  # while the broker is away the client itself waits without end
                await self._consumer.commit({self._partition: offset})
        except (KafkaError, TimeoutError) as error:  # the partition went to somebody else: a repeat is harmless
            log.warning("kafka_commit_failed", topic=self._topic, cause=type(error).__name__)

    async def _pause(self, failures: int) -> None:
        """Longer each time, and never just as long as others do."""
        longest = min(FIRST_BACK_OFF * 2 ** min(failures, 20), LONGEST_BACK_OFF)
        try:
            async with asyncio.timeout(longest * random.uniform(0.5, 1)):  # noqa: S311 - no secret: it spreads load
                await self._stopping.wait()
        except TimeoutError:
            return


class Group(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types for it
    """This process's part in one consumer group."""

    def __init__(self, settings: KafkaSettings, name: str, deliveries: dict[str, Deliver]) -> None:
        self.name = name
        self._settings = settings
        self._deliveries = deliveries
        self._consumer: AIOKafkaConsumer | None = None
        self._readers: dict[TopicPartition, Reader] = {}
        self._ending: set[Reader] = set()
        """Those that were told to stop, and have something in hand."""
        self._leaving = False
        self._joining_since: float | None = None
        self._watching: asyncio.Task[None] | None = None
        self._places = asyncio.Semaphore(SIDE_BY_SIDE)

    @property
    def joined(self) -> bool:
        """Whether it is in the group, or on its way into it."""
        return self._consumer is not None

    async def start(self) -> None:
        """Join the group. Raises `KafkaError` where the broker is away."""
        instance = self._settings.instance
        consumer = AIOKafkaConsumer(
            **self._settings.connection(self.name),
            group_id=self._settings.named(self.name),
            group_instance_id=f"{self.name}-{instance}" if instance else None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=self._settings.session_timeout_ms,
            heartbeat_interval_ms=max(self._settings.session_timeout_ms // 4, 100),
            max_poll_interval_ms=600_000,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            partition_assignment_strategy=(RoundRobinPartitionAssignor,),
        )
        try:
            consumer.subscribe([self._settings.named(topic) for topic in self._deliveries], listener=self)
            self._consumer = consumer
            await consumer.start()
        except BaseException:
            self._consumer = None
            await self._stop_readers()
            await _close(consumer)
            raise
        self._watching = asyncio.create_task(self._watch(), name=f"watch {self.name}")

    async def stop(self) -> None:
        """Finish what is in hand, commit, leave the group."""
        self._leaving = True
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self._stop_readers()
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await _close(consumer)

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Called before others get these partitions: nothing of them may be in hand any more."""
        await self._stop_readers()
        self._joining_since = time.monotonic()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Called once per rebalance, with all partitions that are this process's now."""
        await self._stop_readers()
        self._joining_since = None
        if self._leaving or self._consumer is None:  # others will get them in a moment
            return
        for partition in assigned:
            topic = self._settings.unnamed(partition.topic)
            self._readers[partition] = Reader(self._consumer, partition, topic, self._deliveries[topic], self._places)

    async def _watch(self) -> None:
        """End when the group hears nothing though the cluster is there: a client that is stuck, or was refused once
        while it joined, gets free by a restart only. A cluster that is away is waited for: the process may be serving
        requests, which need no broker."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self._hears_nothing and await answers(self._settings):
                return

    @property
    def _hears_nothing(self) -> bool:
        if self._joining_since is not None and time.monotonic() - self._joining_since > SILENCE_SECONDS:
            return True
        return any(reader.hears_nothing for reader in self._readers.values())

    def fault(self) -> str | None:
        """As the protocol says."""
        if any(reader.has_ended for reader in self._readers.values()):
            return "a reader has ended"
        if self._watching is not None and self._watching.done():
            return f"group {self.name} hears nothing from a cluster that is there"
        return None

    def lag(self) -> dict[tuple[str, int], int]:
        """For each topic and partition of this process: messages on the broker that it has not handled."""
        return {
            (self._settings.unnamed(partition.topic), partition.partition): lag
            for partition, reader in self._readers.items()
            if (lag := reader.lag) is not None
        }

    async def _stop_readers(self) -> None:
        """Return when nothing is in hand any more, whoever asked for it first."""
        readers, self._readers = self._readers, {}
        self._ending.update(readers.values())
        ending = tuple(self._ending)
        await asyncio.gather(*(reader.stop() for reader in ending))
        self._ending.difference_update(ending)


async def _close(consumer: AIOKafkaConsumer) -> None:
    """Stop it, and wait for no broker. Where a fetch waits to be tried again, aiokafka 0.14 ends in the middle of this
    as if it were cancelled; then, and where it takes too long, the connections are still to be closed."""
    stopping: asyncio.Task[None] = asyncio.create_task(consumer.stop())
    await asyncio.wait([stopping], timeout=STOP_SECONDS)
    stopping.cancel()
    [failure] = await asyncio.gather(stopping, return_exceptions=True)
    if failure is not None:
        log.warning("kafka_consumer_failed_to_stop", cause=type(failure).__name__)
        await consumer._client.close()
