"""Subscribers for the tests of the bus, in this process and in one that can be killed.

As a program: `python listening.py GROUP TOPIC [HELD]` says each body that it is delivered, one a line; a delivery of
the body HELD never ends.
"""

import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from parchemin.common.bus import Bus, BusAway, Message
from parchemin.common.bus.kafka import KafkaBus, KafkaSettings

SECONDS = 20
GROUP = "readers"
Configure = Callable[..., KafkaSettings]
Member = Callable[..., KafkaBus]


class Desk:
    """What the listeners of one group have on their desk: never one key twice at a time."""

    def __init__(self) -> None:
        self.done: list[Message] = []
        self.twice_at_a_time: set[str] = set()
        self._in_hand: Counter[str] = Counter()

    @asynccontextmanager
    async def taking(self, message: Message) -> AsyncIterator[None]:
        self._in_hand[message.key] += 1
        if self._in_hand[message.key] > 1:
            self.twice_at_a_time.add(message.key)
        await asyncio.sleep(0.002)  # the handler's work
        yield
        self._in_hand[message.key] -= 1
        self.done.append(message)


class Listener:
    """Writes down what begins and what is done; `hold` says which deliveries wait for `release`."""

    def __init__(self, hold: Callable[[Message], bool] = lambda _: False, desk: Desk | None = None) -> None:
        self.begun: list[Message] = []
        self.done: list[Message] = []
        self.most_side_by_side = 0
        self._hold = hold
        self._desk = desk or Desk()
        self._released = asyncio.Event()
        self._changed = asyncio.Condition()

    async def deliver(self, message: Message) -> None:
        self.begun.append(message)
        self.most_side_by_side = max(self.most_side_by_side, len(self.begun) - len(self.done))
        await self._tell()
        async with self._desk.taking(message):
            if self._hold(message):
                await self._released.wait()
        self.done.append(message)
        await self._tell()

    def release(self) -> None:
        self._released.set()

    async def until(self, is_so: Callable[["Listener"], bool]) -> None:
        """Wait until that is so of this listener."""
        async with asyncio.timeout(SECONDS), self._changed:
            await self._changed.wait_for(lambda: is_so(self))

    async def has_done(self, messages: Iterable[Message]) -> None:
        """Wait until each of these was delivered at least once."""
        wanted = set(messages)
        await self.until(lambda it: wanted <= set(it.done))

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def messages(topic: str, count: int, key: str = "a") -> list[Message]:
    return [Message(topic, key, f"{key}{number}".encode()) for number in range(count)]


def of_many_keys(topic: str, count: int, size: int = 1) -> list[Message]:
    return [Message(topic, f"key {number}", bytes(size)) for number in range(count)]


Member = Callable[..., KafkaBus]


async def eventually(is_so: Callable[[], bool]) -> None:
    """Wait for what nobody announces."""
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def bring(bus: Bus, messages: Iterable[Message]) -> None:
    """Publish as the relay does: in order, each again until it is safe."""
    waiting = list(messages)
    async with asyncio.timeout(SECONDS):
        while waiting:
            try:
                outcomes = await bus.publish(waiting)
            except BusAway:
                continue
            waiting = [message for message, outcome in zip(waiting, outcomes, strict=True) if outcome is not None]


def first_deliveries(got: Iterable[Message]) -> dict[str, list[bytes]]:
    by_key: defaultdict[str, list[bytes]] = defaultdict(list)
    for message in dict.fromkeys(got):
        by_key[message.key].append(message.body)
    return by_key


class ReaderProcess:
    """A process that takes part in a group, until it is killed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, environment: Mapping[str, str], group: str, topic: str, held: str = "") -> "ReaderProcess":
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                str(Path(__file__)),
                group,
                topic,
                held,
                env=dict(environment),
                stdout=asyncio.subprocess.PIPE,
            )
        )

    async def says(self, line: str) -> None:
        """Wait until it says that."""
        assert self._process.stdout is not None
        async with asyncio.timeout(SECONDS):
            while (said := await self._process.stdout.readline()).decode().strip() != line:
                assert said, "it ended"

    async def kill(self) -> None:
        self._process.kill()
        await self._process.wait()


async def _read(group: str, topic: str, held: str) -> None:
    async def deliver(message: Message) -> None:
        print(message.body.decode(), flush=True)  # noqa: T201 - its way to tell
        if held and message.body.decode() == held:
            await asyncio.Event().wait()

    bus = KafkaBus(KafkaSettings(), "reader")
    bus.subscribe(group, [topic], deliver)
    await bus.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_read(*sys.argv[1:4]))
