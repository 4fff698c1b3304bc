"""The relay: brings the outbox to the bus, in order per key, and marks what is safe there.

Several processes of a service may run one each: on PostgreSQL one of them leads and the others stand by, else a
repeat could overtake a newer state on a compacted topic. SQLite is one process's.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import select, tuple_, update

from parchemin.common.bus import Bus, Message
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.tables import outbox

log = structlog.get_logger()

BATCH = 200
BACK_OFF_SECONDS = (0.1, 0.5, 2.0, 5.0)
MAX_BLOCKED = 20
"""Keys that fail in one round before the bus itself is taken to be away."""
LEADERSHIP = "parchemin.relay"

Place = tuple[str, str]
"""Topic and key: what is kept in order."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that is written and not yet known to be safe on the bus."""

    event_id: UUID
    message: Message


class Relay:
    """One per process and database. No transaction is open while it publishes: a slow bus blocks no writer."""

    def __init__(self, database: Database, bus: Bus, *, poll_seconds: float) -> None:
        self._database = database
        self._bus = bus
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Publish until cancelled: at once after a commit of this process, by polling otherwise."""
        failures = 0
        while True:
            try:
                async with self._database.leadership(LEADERSHIP) as leads:
                    while True:
                        self._database.events_committed.clear()
                        all_safe = not await leads() or await self.publish_pending()
                        if all_safe:
                            failures = 0
                            await self._commit_or_poll()
                        else:
                            await _back_off(failures)
                            failures += 1
            except Exception:  # the relay outlives a database that is away
                log.exception("relay_failed")
                await _back_off(failures)
                failures += 1

    async def _commit_or_poll(self) -> None:
        with suppress(TimeoutError):  # Python 3.11's `wait_for` can swallow the cancellation that stops the relay
            async with asyncio.timeout(self._poll_seconds):
                await self._database.events_committed.wait()

    async def publish_pending(self) -> bool:
        """Publish all that is unpublished; false where a part could not be, and waits for the next round.

        A key whose event the bus refuses waits, and the others go on.
        """
        blocked: set[Place] = set()
        while len(blocked) <= MAX_BLOCKED and (batch := await self._unpublished(blocked)):
            safe = await self._publish(batch)
            await self._mark(safe)
            held = set(safe)
            blocked |= {_place(pending) for pending in batch if pending.event_id not in held}
        return not blocked

    async def backlog(self) -> int:
        """How many events wait, up to one batch: what readiness and tests look at."""
        return len(await self._unpublished())

    async def _unpublished(self, blocked: Collection[Place] = ()) -> Sequence[Pending]:
        statement = (
            select(outbox.c.event_id, outbox.c.topic, outbox.c.key, outbox.c.body)
            .where(outbox.c.published_at.is_(None))
            .order_by(outbox.c.position)
            .limit(BATCH)
        )
        if blocked:
            statement = statement.where(tuple_(outbox.c.topic, outbox.c.key).not_in(sorted(blocked)))
        async with self._database.reading() as session:
            rows = await session.execute(statement)
            return [Pending(row.event_id, Message(row.topic, row.key, row.body)) for row in rows]

    async def _publish(self, batch: Sequence[Pending]) -> list[UUID]:
        """Events of one key in sequence, keys side by side; returns those that are safe."""
        by_key: defaultdict[Place, list[Pending]] = defaultdict(list)
        for pending in batch:
            by_key[_place(pending)].append(pending)
        safe = await asyncio.gather(*(self._publish_in_order(events) for events in by_key.values()))
        return [event_id for events in safe for event_id in events]

    async def _publish_in_order(self, events: Sequence[Pending]) -> list[UUID]:
        safe = []
        for pending in events:
            try:
                await self._bus.publish(pending.message)
            except Exception as error:  # whatever the transport raises, the rest of this key waits
                log.warning("publish_failed", event_id=str(pending.event_id), cause=type(error).__name__)
                break
            safe.append(pending.event_id)
        return safe

    async def _mark(self, safe: Sequence[UUID]) -> None:
        if safe:
            async with self._database.transaction() as session:
                await session.execute(update(outbox).where(outbox.c.event_id.in_(safe)).values(published_at=utc_now()))


def _place(pending: Pending) -> Place:
    return pending.message.topic, pending.message.key


async def _back_off(failures: int) -> None:
    await asyncio.sleep(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)])
