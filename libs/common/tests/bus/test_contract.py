"""What `parchemin.common.bus.protocol` promises, the same for every bus."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from parchemin.common.bus import Bus, BusAway, LocalBus, Message
from parchemin.common.bus.kafka import KafkaBus, KafkaSettings

pytestmark = pytest.mark.asyncio


@pytest.fixture(params=["local", pytest.param("kafka", marks=pytest.mark.kafka)])
def bus(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Bus:
    if request.param == "local":
        return LocalBus()
    for name, value in request.getfixturevalue("kafka_environment").items():
        monkeypatch.setenv(name, value)
    return KafkaBus(KafkaSettings(), "contract")


@pytest.fixture
def topic() -> str:
    return f"parchemin.contract-{uuid4().hex}.v1"


class Group:
    """A subscriber that writes down what it gets; `refuse` says which deliveries fail."""

    def __init__(self, refuse: Callable[[Message], bool] = lambda _: False) -> None:
        self.got: list[Message] = []
        self._refuse = refuse
        self._changed = asyncio.Condition()

    async def deliver(self, message: Message) -> None:
        if self._refuse(message):
            raise ConnectionError("not now")
        async with self._changed:
            self.got.append(message)
            self._changed.notify_all()

    async def has(self, *messages: Message) -> None:
        """Wait until it got each of these at least once."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: set(messages) <= set(self.got))


@asynccontextmanager
async def running(bus: Bus) -> AsyncIterator[None]:
    await bus.start()
    try:
        yield
    finally:
        await bus.stop()


async def bring(bus: Bus, *messages: Message) -> None:
    """Publish as the relay does: in order, each again until it is safe."""
    waiting = list(messages)
    while waiting:
        try:
            outcomes = await bus.publish(waiting)
        except BusAway:
            continue
        waiting = [message for message, outcome in zip(waiting, outcomes, strict=True) if outcome is not None]


def messages(topic: str, count: int, key: str = "a") -> list[Message]:
    return [Message(topic, key, f"{key}{number}".encode()) for number in range(count)]


def first_deliveries(got: list[Message]) -> dict[str, list[bytes]]:
    by_key: defaultdict[str, list[bytes]] = defaultdict(list)
    for message in dict.fromkeys(got):
        by_key[message.key].append(message.body)
    return by_key


async def test_every_group_gets_every_message_unchanged(bus: Bus, topic: str) -> None:
    one, other = Group(), Group()
    bus.subscribe("one", [topic], one.deliver)
    bus.subscribe("other", [topic], other.deliver)
    sent = [Message(topic, "é", bytes(range(256))), *messages(topic, 3)]
    async with running(bus):
        await bring(bus, *sent)
        await one.has(*sent)
        await other.has(*sent)


async def test_messages_of_one_key_arrive_in_the_order_of_their_publication(bus: Bus, topic: str) -> None:
    group = Group()
    bus.subscribe("one", [topic], group.deliver)
    by_key = {key: messages(topic, 40, key) for key in "abcde"}
    async with running(bus):
        await asyncio.gather(*(bring(bus, *sent) for sent in by_key.values()))
        await group.has(*(message for sent in by_key.values() for message in sent))
    assert first_deliveries(group.got) == {key: [m.body for m in sent] for key, sent in by_key.items()}


async def test_a_delivery_that_raises_is_tried_again_before_what_follows_it(bus: Bus, topic: str) -> None:
    left = {b"a1": 3, b"a3": 1}

    def refuse(message: Message) -> bool:
        left[message.body] = left.get(message.body, 0) - 1
        return left[message.body] >= 0

    group = Group(refuse)
    bus.subscribe("one", [topic], group.deliver)
    sent = messages(topic, 5)
    async with running(bus):
        await bring(bus, *sent)
        await group.has(*sent)
    assert first_deliveries(group.got)["a"] == [message.body for message in sent]


async def test_a_group_that_fails_does_not_keep_a_message_from_the_others(bus: Bus, topic: str) -> None:
    well = asyncio.Event()
    failing, others = Group(lambda _: not well.is_set()), [Group(), Group()]
    bus.subscribe("first", [topic], others[0].deliver)
    bus.subscribe("failing", [topic], failing.deliver)
    bus.subscribe("last", [topic], others[1].deliver)
    [message] = messages(topic, 1)
    async with running(bus), asyncio.TaskGroup() as tasks:
        tasks.create_task(bring(bus, message))
        for group in others:
            await group.has(message)
        assert failing.got == []
        well.set()
        await failing.has(message)


async def test_a_group_gets_the_topics_that_it_subscribed_to_and_no_others(bus: Bus, topic: str) -> None:
    group = Group()
    bus.subscribe("one", [topic, f"{topic}.more"], group.deliver)
    wanted = [*messages(topic, 1), *messages(f"{topic}.more", 1)]
    async with running(bus):
        await bring(bus, *messages(f"{topic}.other", 1), *wanted)
        await group.has(*wanted)
    assert {message.topic for message in group.got} == {topic, f"{topic}.more"}


async def test_one_group_subscribes_to_a_topic_once(bus: Bus, topic: str) -> None:
    bus.subscribe("one", [topic], Group().deliver)
    with pytest.raises(ValueError, match="one"):
        bus.subscribe("one", [topic], Group().deliver)


async def test_nothing_of_a_key_is_published_after_a_message_that_is_not_safe(bus: Bus, topic: str) -> None:
    sent = messages(topic, 6)
    refused = True

    def refuse(message: Message) -> bool:
        return refused and message.body == b"a2"

    group = Group(refuse)
    bus.subscribe("one", [topic], group.deliver)
    async with running(bus), asyncio.TaskGroup() as tasks:
        tasks.create_task(bring(bus, *sent))
        await group.has(*sent[:2])
        assert group.got[-1].body == b"a1"
        refused = False
        await group.has(*sent)
    assert first_deliveries(group.got)["a"] == [message.body for message in sent]


async def test_a_message_larger_than_a_batch_arrives_whole(bus: Bus, topic: str) -> None:
    group = Group()
    bus.subscribe("one", [topic], group.deliver)
    sent = [Message(topic, "a", bytes([number]) * 700_000) for number in range(3)]
    async with running(bus):
        await bring(bus, *sent)
        await group.has(*sent)
    assert first_deliveries(group.got)["a"] == [message.body for message in sent]
