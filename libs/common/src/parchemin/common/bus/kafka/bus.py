"""The bus on Kafka: one publisher, and this process's part in each group."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence

import structlog
from aiokafka.errors import KafkaError

from parchemin.common.bus.kafka.publishing import Publisher
from parchemin.common.bus.kafka.reading import Group
from parchemin.common.bus.kafka.settings import KafkaSettings
from parchemin.common.bus.kafka.topics import create_topics
from parchemin.common.bus.protocol import Deliver, Message, Outcome

log = structlog.get_logger()

JOIN_AGAIN_SECONDS = 1.0


class KafkaBus:
    """As the protocol says, on a cluster. A cluster that is away is waited for in the background."""

    def __init__(self, settings: KafkaSettings, client: str) -> None:
        self._settings = settings
        self._publisher = Publisher(settings, client)
        self._subscriptions: defaultdict[str, dict[str, Deliver]] = defaultdict(dict)
        self._groups: list[Group] = []
        self._joining: asyncio.Task[None] | None = None

    def subscribe(self, group: str, topics: Collection[str], deliver: Deliver) -> None:
        for topic in topics:
            if topic in self._subscriptions[group]:
                raise ValueError(f"group {group} is subscribed to {topic} already")
            self._subscriptions[group][topic] = deliver

    async def start(self) -> None:
        self._groups = [
            Group(self._settings, name, deliveries) for name, deliveries in self._subscriptions.items() if deliveries
        ]
        self._joining = asyncio.create_task(self._join(), name="join kafka groups")

    async def stop(self) -> None:
        if self._joining is not None:
            self._joining.cancel()
            await asyncio.gather(self._joining, return_exceptions=True)
        await asyncio.gather(*(group.stop() for group in self._groups))
        await self._publisher.stop()

    async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        return await self._publisher.publish(messages)

    def fault(self) -> str | None:
        joining = self._joining
        if joining is not None and joining.done() and not joining.cancelled() and joining.exception() is not None:
            return "the groups could not be joined"
        return next((fault for group in self._groups if (fault := group.fault()) is not None), None)

    def lag(self) -> dict[tuple[str, int], int]:
        return {place: count for group in self._groups for place, count in group.lag().items()}

    async def _join(self) -> None:
        wanted = {topic for deliveries in self._subscriptions.values() for topic in deliveries}
        while True:
            try:
                if self._settings.create_topics and wanted:
                    await create_topics(self._settings, wanted)
                for group in self._groups:
                    if not group.joined:
                        await group.start()
                return
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("kafka_away", cause=type(error).__name__)
                await asyncio.sleep(JOIN_AGAIN_SECONDS)
