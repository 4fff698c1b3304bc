"""What a process tells of itself: how far it is behind, and whether only a new one would help."""

import pytest
from libs.common.tests.bus.listening import Configure, Listener, Member, bring, eventually, messages

from parchemin.common.bus import Message

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
