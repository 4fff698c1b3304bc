"""The bus inside one process, the embedded default.

It keeps nothing: a message is safe when every group has committed its effect, so `publish` returns then and the
outbox row stays unpublished until then. A process killed in between finds the row again, and the inbox of each
group absorbs the repeat.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection

from parchemin.common.bus.protocol import Deliver, Message


class LocalBus:
    """Delivers to the groups of this process, in the call of the publisher."""

    def __init__(self) -> None:
        self._groups: defaultdict[str, dict[str, Deliver]] = defaultdict(dict)

    def subscribe(self, group: str, topics: Collection[str], deliver: Deliver) -> None:
        for topic in topics:
            if group in self._groups[topic]:
                raise ValueError(f"group {group} is subscribed to {topic} already")
            self._groups[topic][group] = deliver

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing is in hand but what a publisher waits for."""

    async def publish(self, message: Message) -> None:
        """Hand the bytes to every group, whatever the others do; then raise what one raised: it is tried again."""
        deliveries = (deliver(message) for deliver in self._groups[message.topic].values())
        for outcome in await asyncio.gather(*deliveries, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
