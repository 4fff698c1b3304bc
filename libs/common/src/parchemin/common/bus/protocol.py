"""What a bus promises.

Publishing returns when the message is safe. Every group that subscribed to a topic gets each of its messages at
least once, those of one key in the order of their publication. A delivery that raises is tried again.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One event in structured CloudEvents mode, as bytes."""

    topic: str
    key: str
    body: bytes


Deliver = Callable[[Message], Awaitable[None]]
"""Takes one message and returns when its effect is committed, or it has been parked for good."""


class Bus(Protocol):
    """A transport."""

    def subscribe(self, group: str, topics: Collection[str], deliver: Deliver) -> None:
        """Have `deliver` called for each message of `topics`; one call per group, before `start`."""

    async def start(self) -> None:
        """Begin to deliver."""

    async def stop(self) -> None:
        """Finish what is in hand, then deliver nothing more."""

    async def publish(self, message: Message) -> None:
        """Return when the message is safe with the bus; raise where it is not."""
