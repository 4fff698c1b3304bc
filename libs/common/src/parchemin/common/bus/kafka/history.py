"""Reading topics from their beginning to where they end now, outside of every group: no offset is moved."""

from collections.abc import AsyncGenerator, Collection

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

from parchemin.common.bus.kafka.settings import KafkaSettings
from parchemin.common.bus.protocol import Message

FETCH_MS = 1_000


class HistoryCut(Exception):
    """The topic does not hold its beginning any more."""


async def read_history(settings: KafkaSettings, topics: Collection[str]) -> AsyncGenerator[Message]:
    """All messages of these topics, each partition in its order; `HistoryCut` where a beginning is gone. Raises
    `KafkaError` where the cluster is away."""
    consumer = AIOKafkaConsumer(
        *(settings.named(topic) for topic in topics),
        **settings.connection("history"),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    try:
        await consumer.start()
        places = sorted(consumer.assignment())
        beginnings, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        if cut := [place for place in places if beginnings[place] > 0]:
            raise HistoryCut(", ".join(f"{place.topic}/{place.partition}" for place in cut))
        left = {place for place in places if ends[place] > 0}
        while left:
            batches: dict[object, list[ConsumerRecord]] = await consumer.getmany(*left, timeout_ms=FETCH_MS)
            for records in batches.values():
                for record in records:
                    key = (record.key or b"").decode()
                    yield Message(settings.unnamed(record.topic), key, record.value or b"")
            left = {place for place in left if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()
