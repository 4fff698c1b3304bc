"""What a process tells of itself: how far it is behind, and whether only a new one would help."""

import pytest
from libs.common.tests.bus.listening import Configure, Listener, Member, bring, eventually, messages
from tests.engines.mock_kafka import MockKafka, Request

from parchemin.common.bus import Message
from parchemin.common.bus.kafka import KafkaSettings, reading

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]


async def test_the_lag_is_what_is_published_and_not_handled(configure: Configure, member: Member, topic: str) -> None:
    listener = Listener(hold=lambda message: message.body == b"a3")
    bus = member(configure(), listener)
    await bus.start()
    await bring(bus, messages(topic, 3))
    await listener.has_done(messages(topic, 3))
    await eventually(lambda: list(bus.lag().values()) == [0])
    await bring(bus, messages(topic, 6)[3:])
    await eventually(lambda: list(bus.lag().values()) == [3])
    listener.release()
    await eventually(lambda: list(bus.lag().values()) == [0])
    [(named, _)] = bus.lag()
    assert named == topic
    await bus.stop()
    assert bus.lag() == {}


async def test_the_lag_is_told_of_a_partition_whose_first_message_cannot_be_handled(
    configure: Configure, member: Member, topic: str
) -> None:
    listener = Listener(hold=lambda _: True)
    bus = member(configure(), listener)
    await bring(bus, messages(topic, 3))
    await bus.start()
    await listener.until(lambda it: bool(it.begun))
    await eventually(lambda: list(bus.lag().values()) == [3])


class Defect(BaseException):
    """What no handler of failures catches."""


async def test_a_reader_that_ended_is_a_fault(configure: Configure, member: Member, topic: str) -> None:
    def fail(_message: Message) -> bool:
        raise Defect

    bus = member(configure(), Listener(hold=fail))
    await bus.start()
    assert bus.fault() is None
    await bring(bus, messages(topic, 1))
    await eventually(lambda: bus.fault() is not None)
    assert bus.fault() == "a reader has ended"


# Kafka's error codes
UNKNOWN_MEMBER, GROUP_AUTHORIZATION_FAILED = 25, 30


@pytest.mark.parametrize(
    "refusals",
    [
        {Request.HEARTBEAT: GROUP_AUTHORIZATION_FAILED},
        {Request.HEARTBEAT: UNKNOWN_MEMBER, Request.JOIN_GROUP: GROUP_AUTHORIZATION_FAILED},
    ],
    ids=["within it", "while it joins again"],
)
async def test_a_group_that_refused_this_process_once_and_for_good_is_a_fault(
    mock_kafka: MockKafka, member: Member, topic: str, refusals: dict[Request, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SILENCE_SECONDS", 0.6)
    monkeypatch.setattr(reading, "WATCH_SECONDS", 0.1)
    mock_kafka.create_topic(topic, partitions=1)
    listener = Listener()
    bus = member(
        KafkaSettings(bootstrap_servers=mock_kafka.bootstrap, create_topics=False, session_timeout_ms=2_000), listener
    )
    await bus.start()
    await bring(bus, messages(topic, 1))
    await listener.has_done(messages(topic, 1))
    assert bus.fault() is None
    for request, error in refusals.items():
        mock_kafka.fail(request, error)
    await eventually(lambda: bus.fault() is not None)
