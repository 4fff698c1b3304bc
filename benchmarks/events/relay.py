"""From the outbox to Kafka: the relay of a service, and bare aiokafka with the same payloads."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from aiokafka import AIOKafkaProducer
from benchmarks.engines import Engines
from benchmarks.harness import NotMeasured, Result, measure
from sqlalchemy import select

from parchemin.common.bus.kafka import KafkaBus, KafkaSettings
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.outbox import backlog, publish_all
from parchemin.common.relay import Relay
from parchemin.common.tables import outbox
from parchemin.contracts.envelope import CONTENT_TYPE
from parchemin.contracts.events.evaluations import SheetSignedV1

PRODUCT, SEND, BATCHES = "relay", "bare aiokafka, send", "bare aiokafka, batches by hand"
WRITTEN_AT_ONCE = 1_000
BATCH_BYTES = 512 * 1024
HEADERS = [("content-type", CONTENT_TYPE.encode())]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    events: int
    """A round."""
    rounds: int


QUICK = Sizes(events=10_000, rounds=3)
FULL = Sizes(events=50_000, rounds=5)

Payload = tuple[bytes, bytes]
"""Key and value."""


async def run(engines: Engines, folder: Path, sizes: Sizes) -> Result:
    """The relay with its reading and marking of the outbox, and two ways of producing the same without any of that."""
    result = Result("relay", "Relay to Kafka", "events/s", {**asdict(sizes), "partitions": 6, "compression": "zstd"})
    settings = KafkaSettings(bootstrap_servers=engines.kafka.bootstrap, namespace="bench-relay.")
    database = Database(await engines.postgres.create_migrated("relay", "evaluations"))
    bus = KafkaBus(settings, "bench")
    relay = Relay("evaluations", database, bus, poll_seconds=0.5)
    topic = settings.named(SheetSignedV1.topic)
    payloads: list[Payload] = []

    async def prepare(_number: int) -> None:
        payloads[:] = await written(database, sizes.events)

    async def product(_number: int) -> float:
        started = time.perf_counter()
        await relay.publish_pending()
        taken = time.perf_counter() - started
        if left := await backlog(database):
            raise NotMeasured(f"{left} events were not published")
        return sizes.events / taken

    async def send(_number: int) -> float:
        started = time.perf_counter()
        sent = [await producer.send(topic, value, key=key, headers=HEADERS) for key, value in payloads]
        await asyncio.gather(*sent)
        return sizes.events / (time.perf_counter() - started)

    async def batches(_number: int) -> float:
        started = time.perf_counter()
        await _send_batches(producer, topic, payloads)
        return sizes.events / (time.perf_counter() - started)

    producer = AIOKafkaProducer(
        **settings.connection("bench-floor"),
        enable_idempotence=True,
        compression_type="zstd",
        max_batch_size=BATCH_BYTES,
    )
    await bus.start()
    try:
        await written(database, WRITTEN_AT_ONCE)
        await relay.publish_pending()
        await producer.start()
        await measure(result, {PRODUCT: product, SEND: send, BATCHES: batches}, sizes.rounds, prepare)
    finally:
        await producer.stop()
        await bus.stop()
        await database.dispose()
    result.compare(PRODUCT, SEND, at_least=0.7)
    result.compare(PRODUCT, BATCHES)
    return result


async def written(database: Database, count: int) -> list[Payload]:
    """So many events in the outbox, of enrolments of their own; their keys and values."""
    for start in range(0, count, WRITTEN_AT_ONCE):
        async with database.transaction() as session:
            await publish_all(session, [_event() for _ in range(min(WRITTEN_AT_ONCE, count - start))])
    waiting = select(outbox.c.key, outbox.c.body).where(outbox.c.published_at.is_(None)).order_by(outbox.c.position)
    async with database.reading() as session:
        return [(key.encode(), body) for key, body in await session.execute(waiting)]


def _event() -> SheetSignedV1:
    return SheetSignedV1(
        sheet_id=new_id(),
        registration_id=new_id(),
        enrolment_id=new_id(),
        session_id=new_id(),
        organisation_id=new_id(),
        juror_id=new_id(),
        modality="M2",
        number=1,
        signed_at=utc_now(),
    )


async def _send_batches(producer: AIOKafkaProducer, topic: str, payloads: Sequence[Payload]) -> None:
    """All on partitions in turn, in batches as large as they may be."""
    partitions = sorted(await producer.partitions_for(topic))
    share = -(-len(payloads) // len(partitions))

    async def send(partition: int, mine: Sequence[Payload]) -> None:
        sent = iter(mine)
        waiting = list(islice(sent, 1))
        while waiting:
            batch = producer.create_batch()
            while waiting:
                key, value = waiting[0]
                if batch.append(timestamp=None, key=key, value=value, headers=HEADERS) is None:
                    break
                waiting = list(islice(sent, 1))
            batch.close()
            await (await producer.send_batch(batch, topic, partition=partition))

    await asyncio.gather(
        *(send(partition, payloads[start * share :][:share]) for start, partition in enumerate(partitions))
    )
