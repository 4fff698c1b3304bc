"""Topics are read from their beginning, beside all groups."""

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from libs.common.tests.bus.listening import Configure, Member, bring, messages

from parchemin.common.bus.kafka import KafkaSettings
from parchemin.common.bus.kafka.history import HistoryCut, read_history
from parchemin.common.bus.kafka.publishing import partition_of

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]


async def read(settings: KafkaSettings, topic: str) -> list[bytes]:
    return [message.body async for message in read_history(settings, [topic])]


async def test_all_of_a_topic_is_read_each_time_those_of_a_key_in_order(
    configure: Configure, member: Member, topic: str
) -> None:
    settings = configure()
    sent = [message for key in ("a", "b", "c") for message in messages(topic, 40, key)]
    await bring(member(settings), sent)
    for _ in range(2):
        found = [message async for message in read_history(settings, [topic])]
        assert sorted(found, key=lambda one: one.body) == sorted(sent, key=lambda one: one.body)
        for key in ("a", "b", "c"):
            assert [one for one in found if one.key == key] == [one for one in sent if one.key == key]


async def test_a_history_without_its_beginning_is_refused(real: Configure, member: Member, topic: str) -> None:
    settings = real()
    await bring(member(settings), messages(topic, 5))
    assert len(await read(settings, topic)) == 5
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        place = TopicPartition(settings.named(topic), partition_of("a", tuple(range(settings.partitions))))
        await admin.delete_records({place: RecordsToDelete(before_offset=2)})
    finally:
        await admin.close()
    with pytest.raises(HistoryCut, match=topic):
        await read(settings, topic)
