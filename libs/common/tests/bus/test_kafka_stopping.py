"""How a process leaves its group: what is in hand is finished, nothing more is begun."""

import asyncio

import pytest
from libs.common.tests.bus.listening import Configure, Desk, Listener, Member, bring, messages, of_many_keys
from tests.engines.mock_kafka import MockKafka

from parchemin.common.bus.kafka import KafkaSettings, reading
from parchemin.common.bus.kafka.reading import SIDE_BY_SIDE

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]


async def test_a_stop_ends_with_what_is_in_hand_and_begins_nothing_more(
    configure: Configure, member: Member, topic: str
) -> None:
    settings, listener, after = configure(partitions=1), Listener(hold=lambda _: True), Listener()
    sent = of_many_keys(topic, 60)
    bus = member(settings, listener)
    await bring(bus, sent)
    await bus.start()
    await listener.until(lambda it: len(it.begun) == SIDE_BY_SIDE)
    stopping = asyncio.create_task(bus.stop())
    done, _ = await asyncio.wait([stopping], timeout=0.2)
    assert not done
    listener.release()
    async with asyncio.timeout(10):
        await stopping
    assert len(listener.begun) == len(listener.done) == SIDE_BY_SIDE

    await member(settings, after).start()
    await after.has_done(set(sent) - set(listener.done))


async def test_a_member_that_stops_slowly_is_given_nothing_and_shares_no_key_with_who_follows(
    configure: Configure, member: Member, topic: str
) -> None:
    settings, desk = configure(partitions=2, session_timeout_ms=6_000), Desk()
    slow, next_one = Listener(hold=lambda _: True, desk=desk), Listener(desk=desk)
    sent = of_many_keys(topic, 2 * SIDE_BY_SIDE)
    leaving, coming = member(settings, slow), member(settings, next_one)
    await bring(leaving, sent)
    await leaving.start()
    await slow.until(lambda it: len(it.begun) == SIDE_BY_SIDE)
    in_hand = list(slow.begun)
    stopping = asyncio.create_task(leaving.stop())
    await coming.start()
    done, _ = await asyncio.wait([stopping], timeout=2.5)  # more than a heartbeat: it hears that another came
    assert not done
    slow.release()
    async with asyncio.timeout(10):
        await stopping
    await next_one.has_done(set(sent) - set(in_hand))
    assert slow.begun == in_hand
    assert desk.twice_at_a_time == set()


async def test_a_stop_does_not_wait_for_a_cluster_that_is_away(
    mock_kafka: MockKafka, member: Member, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "COMMIT_SECONDS", 0.5)
    mock_kafka.create_topic(topic, partitions=1)
    listener = Listener(hold=lambda _: True)
    settings = KafkaSettings(bootstrap_servers=mock_kafka.bootstrap, create_topics=False, request_timeout_ms=1_000)
    bus = member(settings, listener)
    await bring(bus, messages(topic, 1))
    await bus.start()
    await listener.until(lambda it: len(it.begun) == 1)
    mock_kafka.down()
    listener.release()
    async with asyncio.timeout(10):
        await bus.stop()
    assert listener.done == messages(topic, 1)
