"""The bus inside one process, the embedded default.

It keeps nothing: a message is safe when every group has committed its effect, so `publish` returns then and the
outbox row stays unpublished until then. A process killed in between finds the row again, and the inbox of each
group absorbs the repeat.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from parchemin.common.bus.protocol import Deliver, Message, Outcome


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

    async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Those of one key one after the other, keys side by side."""
        outcomes: list[Outcome] = [None] * len(messages)
        by_place: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for index, message in enumerate(messages):
            by_place[message.topic, message.key].append(index)

        async def in_order(indexes: Sequence[int]) -> None:
            failed: Outcome = None
            for index in indexes:
                failed = failed or await self._hand_out(messages[index])
                outcomes[index] = failed

        await asyncio.gather(*(in_order(indexes) for indexes in by_place.values()))
        return outcomes

    def fault(self) -> str | None:
        return None

    def lag(self) -> Mapping[tuple[str, int], int]:
        return {}  # what is published has been handled

    async def _hand_out(self, message: Message) -> Outcome:
        """Hand the bytes to every group, whatever the others do; what one raised, so that it is tried again."""
        deliveries = (deliver(message) for deliver in self._groups[message.topic].values())
        outcomes = await asyncio.gather(*deliveries, return_exceptions=True)
        return next((outcome for outcome in outcomes if outcome is not None), None)
