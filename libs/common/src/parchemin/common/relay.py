"""The relay: brings the outbox to the bus, in order per key, and marks what is safe there.

Several processes of a service may run one each: on PostgreSQL one of them leads and the others stand by, else a
repeat could overtake a newer state on a compacted topic. SQLite is one process's.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from sqlalchemy import select, update

from parchemin.common.bus import Bus, BusAway, Message
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.metrics import events_published, publish_failed, relay_leads
from parchemin.common.outbox import WRITTEN
from parchemin.common.statements import among
from parchemin.common.tables import outbox
from parchemin.common.tracing import record_publication

log = structlog.get_logger()

BATCH = 500
BACK_OFF_SECONDS = (0.1, 0.5, 2.0, 5.0)
LEADERSHIP = "parchemin.relay"

Leads = Callable[[], Awaitable[bool]]


async def _alone() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that is written and not yet known to be safe on the bus."""

    position: int
    message: Message

    @property
    def place(self) -> tuple[str, str]:
        """What is kept in order: topic and key."""
        return self.message.topic, self.message.key


class Relay:
    """One per process and database. No transaction is open while it publishes: a slow bus blocks no writer."""

    def __init__(self, service: str, database: Database, bus: Bus, *, poll_seconds: float) -> None:
        self._service = service
        self._database = database
        self._bus = bus
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Publish until cancelled: at once after a commit of any process of the service, by polling otherwise."""
        failures = 0
        while True:
            try:
                async with self._database.leadership(LEADERSHIP) as leads:
                    while True:
                        self._database.signal(WRITTEN).clear()
                        try:
                            all_safe = await self.publish_pending(leads)
                        except BusAway as away:
                            log.warning("bus_away", cause=str(away))
                            await asyncio.sleep(_back_off(failures))
                            failures += 1
                            continue
                        if all_safe:
                            failures = 0
                            await self._commit_or(self._poll_seconds)
                        else:  # what was refused waits longer each time, and keeps no other event waiting
                            await asyncio.sleep(_back_off(0))
                            await self._commit_or(_back_off(failures))
                            failures += 1
            except Exception:  # the relay outlives a database that is away
                relay_leads(self._service, False)
                log.exception("relay_failed")
                await asyncio.sleep(_back_off(failures))
                failures += 1

    async def _commit_or(self, seconds: float) -> None:
        with suppress(TimeoutError):  # Python 3.11's `wait_for` can swallow the cancellation that stops the relay
            async with asyncio.timeout(seconds):
                await self._database.signal(WRITTEN).wait()

    async def publish_pending(self, leads: Leads = _alone) -> bool:
        """Publish all that is unpublished, for as long as this process `leads`; false where a part could not be, and
        waits for the next round.

        A key whose event the bus refuses waits, and the others go on. Raises `BusAway` where all wait.
        """
        blocked: set[tuple[str, str]] = set()
        after = 0
        while await self._leads(leads):
            batch = await self._unpublished(after)
            blocked |= await self._publish([pending for pending in batch if pending.place not in blocked])
            if len(batch) < BATCH:
                break
            after = batch[-1].position
        return not blocked

    async def _leads(self, leads: Leads) -> bool:
        leading = await leads()
        relay_leads(self._service, leading)
        return leading

    async def _publish(self, ready: Sequence[Pending]) -> set[tuple[str, str]]:
        """Publish, and mark what is safe; returns the places of what is not."""
        if not ready:
            return set()
        began = time.time_ns()
        try:
            outcomes = await self._bus.publish([pending.message for pending in ready])
        except BusAway:
            publish_failed(self._service, len(ready))
            raise
        safe = [pending for pending, outcome in zip(ready, outcomes, strict=True) if outcome is None]
        await self._mark([pending.position for pending in safe])
        for topic, events in Counter(pending.message.topic for pending in safe).items():
            events_published(self._service, topic, events)
        for pending in safe:
            record_publication(self._service, pending.message.topic, pending.message.body, since=began)
        failed = [(pending, outcome) for pending, outcome in zip(ready, outcomes, strict=True) if outcome is not None]
        if failed:
            publish_failed(self._service, len(failed))
            log.warning("publish_failed", events=len(failed), cause=type(failed[0][1]).__name__)
        return {pending.place for pending, _ in failed}

    async def _unpublished(self, after: int) -> Sequence[Pending]:
        """The next ones by position. One that is committed late, below `after`, comes in the next round: nothing of
        its key has passed it, since what concerns one key is written one after the other."""
        statement = (
            select(outbox.c.position, outbox.c.topic, outbox.c.key, outbox.c.body, outbox.c.headers)
            .where(outbox.c.published_at.is_(None), outbox.c.position > after)
            .order_by(outbox.c.position)
            .limit(BATCH)
        )
        async with self._database.reading() as session:
            return [
                Pending(position, Message(topic, key, body, tuple((headers or {}).items())))
                for position, topic, key, body, headers in await session.execute(statement)
            ]

    async def _mark(self, safe: Sequence[int]) -> None:
        if safe:
            async with self._database.transaction() as session:
                published = update(outbox).where(among(session, outbox.c.position, safe))
                await session.execute(published.values(published_at=utc_now()))


def _back_off(failures: int) -> float:
    """How long to wait, in seconds: longer each time, and never just as long as other replicas."""
    longest = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
    return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret
