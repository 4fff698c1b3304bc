"""The bus on a real broker, beyond the contract of every bus: groups of several processes, and what they leave."""

import asyncio
import itertools
import os

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from libs.common.tests.bus.listening import (
    GROUP,
    Configure,
    Desk,
    Listener,
    Member,
    ReaderProcess,
    bring,
    eventually,
    first_deliveries,
    messages,
    of_many_keys,
)

from parchemin.common.bus import Message
from parchemin.common.bus.kafka import KafkaBus, KafkaSettings
from parchemin.common.bus.kafka.reading import SIDE_BY_SIDE
from parchemin.contracts.envelope import CONTENT_TYPE

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]


async def committed(settings: KafkaSettings) -> dict[TopicPartition, int]:
    """What the group has told the broker that it is done with."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(settings.named(GROUP))
    finally:
        await admin.close()
    return {place: found.offset for place, found in offsets.items() if found.offset > 0}


async def test_an_offset_is_committed_after_the_effect_only(real: Configure, member: Member, topic: str) -> None:
    settings = real()
    listener = Listener(hold=lambda message: message.body == b"a2")
    bus = member(settings, listener)
    await bring(bus, messages(topic, 5))
    await bus.start()
    await listener.until(lambda it: b"a2" in [message.body for message in it.begun])
    assert await committed(settings) == {}
    listener.release()
    await listener.has_done(messages(topic, 5))
    await bus.stop()
    assert list((await committed(settings)).values()) == [5]


async def test_what_a_killed_process_had_in_hand_is_delivered_by_the_next(
    configure: Configure, member: Member, kafka_environment: dict[str, str], topic: str
) -> None:
    settings = configure()
    await bring(member(settings), messages(topic, 5))
    environment = os.environ | kafka_environment | {"PARCHEMIN_KAFKA_SESSION_TIMEOUT_MS": "1000"}
    killed = await ReaderProcess.start(environment, GROUP, topic, held="a2")
    await killed.says("a2")
    await killed.kill()
    listener = Listener()
    await member(settings, listener).start()
    await listener.has_done(messages(topic, 5)[2:])
    assert listener.done == messages(topic, 5)


async def test_a_process_that_has_the_name_of_a_killed_one_takes_its_place_at_once(
    real: Configure, member: Member, kafka_environment: dict[str, str], topic: str
) -> None:
    lasting = {"instance": "work-0", "session_timeout_ms": 60_000}
    await bring(member(real()), messages(topic, 3))
    by_environment = {f"PARCHEMIN_KAFKA_{name.upper()}": str(value) for name, value in lasting.items()}
    killed = await ReaderProcess.start(os.environ | kafka_environment | by_environment, GROUP, topic, held="a1")
    await killed.says("a1")
    await killed.kill()
    listener = Listener()
    await member(real(**lasting), listener).start()
    await listener.has_done(messages(topic, 3))  # within a third of the session of the killed one


async def test_members_that_come_and_go_leave_nothing_out_and_share_no_key_at_a_time(
    real: Configure, member: Member, topic: str
) -> None:
    settings, desk = real(session_timeout_ms=6_000), Desk()
    listeners = Listener(desk=desk), Listener(desk=desk)
    first, second = (member(settings, listener) for listener in listeners)
    publisher, sent, enough = member(settings), list[Message](), asyncio.Event()

    async def publish() -> None:
        for number in itertools.count():
            if enough.is_set():
                return
            some = [Message(topic, f"key {key}", str(number).encode()) for key in range(24)]
            await bring(publisher, some)
            sent.extend(some)

    await first.start()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(publish())
        await listeners[0].until(lambda it: len(it.done) > 50)
        await second.start()
        await listeners[1].until(lambda it: len(it.done) > 50)
        await first.stop()
        by_first = len(listeners[0].begun)
        enough.set()
    await eventually(lambda: set(desk.done) == set(sent))
    assert first_deliveries(desk.done) == first_deliveries(sent)
    assert desk.twice_at_a_time == set()
    assert len(listeners[0].begun) == by_first


async def test_a_slow_group_holds_no_more_than_it_can_work_on(configure: Configure, member: Member, topic: str) -> None:
    listener = Listener(hold=lambda _: True)
    bus = member(configure(partitions=1, compression="none"), listener)
    count, size = 3_000, 4_000
    await bus.start()
    await bring(bus, of_many_keys(topic, count, size))
    await listener.until(lambda it: len(it.begun) == SIDE_BY_SIDE)
    with pytest.raises(TimeoutError):  # time enough to fetch all of it
        async with asyncio.timeout(1):
            await listener.until(lambda it: len(it.begun) > SIDE_BY_SIDE)
    assert 0 < fetched_bytes(bus) < 2 * 1024 * 1024 < count * size
    assert listener.done == []
    listener.release()
    await listener.has_done(of_many_keys(topic, count, size))
    assert listener.most_side_by_side == SIDE_BY_SIDE


def fetched_bytes(bus: KafkaBus) -> int:
    """What the client holds for the group, as it came from the broker: no public name of aiokafka tells."""
    fetched = bus._groups[0]._consumer._fetcher._records.values()  # type: ignore[union-attr]
    return sum(result._partition_records._records.size_in_bytes() for result in fetched)


async def test_a_message_says_where_it_stands_on_the_cluster(configure: Configure, member: Member, topic: str) -> None:
    listener = Listener()
    bus = member(configure(partitions=1), listener)
    await bus.start()
    await bring(bus, [Message(topic, "a", b"1", headers=(("ce_type", "a fact"),)), Message(topic, "a", b"2")])
    await listener.until(lambda it: len(it.done) == 2)
    assert [message.source for message in listener.done] == [f"{topic}/0/0", f"{topic}/0/1"]
    assert dict(listener.done[0].headers) == {"content-type": CONTENT_TYPE, "ce_type": "a fact"}
