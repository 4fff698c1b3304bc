"""What a bus promises.

A message is published when it is safe with the bus. Every group that subscribed to a topic gets each of its messages
at least once, those of one key in the order of their publication. A delivery that raises is tried again.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One event in structured CloudEvents mode, as bytes."""

    topic: str
    key: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """What the transport carries beside the bytes, for tools that do not read them."""
    source: str | None = field(default=None, compare=False)
    """Where a delivered message stands on its transport: `topic/partition/offset`."""


Deliver = Callable[[Message], Awaitable[None]]
"""Takes one message and returns when its effect is committed, or it has been parked for good."""

Outcome = BaseException | None
"""What became of one message: None once it is safe, else why it is not."""


class BusAway(Exception):
    """The transport cannot be reached for the moment."""


class Bus(Protocol):
    """A transport."""

    def subscribe(self, group: str, topics: Collection[str], deliver: Deliver) -> None:
        """Have `deliver` called for each message of `topics`; one call per group, before `start`."""

    async def start(self) -> None:
        """Begin to deliver. Does not wait for a transport that is away."""

    async def stop(self) -> None:
        """Finish what is in hand, then deliver nothing more."""

    async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Publish in the order given; the outcome of each message, in the same order.

        Of one key nothing follows what is not safe: the messages after it are not safe either, and were not published.
        Raises `BusAway` where the transport cannot be reached at all.
        """

    def fault(self) -> str | None:
        """Why this bus delivers no more and only a new process would help; None while all is well."""

    def lag(self) -> Mapping[tuple[str, int], int]:
        """For each topic and partition that this process reads: messages published and not yet handled."""
