"""The relay: brings the outbox to the bus, in order per key, and marks what is safe there.

Several processes of a service may run one each: on PostgreSQL one of them leads and the others stand by, else a
repeat could overtake a newer state on a compacted topic. SQLite is one process's.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.bus import Bus, BusAway, Message
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.metrics import events_published, publish_failed, relay_leads
from parchemin.common.outbox import WRITTEN, opened_bodies
from parchemin.common.statements import among
from parchemin.common.tables import outbox
from parchemin.common.tracing import record_publication

log = structlog.get_logger()

BATCH = 4_000
BATCH_BYTES = 8 * 1024 * 1024
"""Events are read, published and marked so many at a time, or as many as are no larger: three batches are in hand at
most. Waiting for each answer of the broker is what takes time, so they are large."""
BACK_OFF_SECONDS = (0.1, 0.5, 2.0, 5.0)
LEADERSHIP = "parchemin.relay"

T = TypeVar("T")
Leads = Callable[[], Awaitable[bool]]


async def _alone() -> bool:
    return True


def _done(result: T) -> "asyncio.Future[T]":
    done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    done.set_result(result)
    return done


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that is written and not yet known to be safe on the bus."""

    position: int
    message: Message
    size: int
    """Bytes in the outbox."""
    is_void: bool = False
    """Of a person who was erased meanwhile: nobody hears of it, and it is done with."""

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
        await self._database.announced(WRITTEN, within=seconds)

    async def publish_pending(self, leads: Leads = _alone) -> bool:
        """Publish all that is unpublished, for as long as this process `leads`; false where a part could not be, and
        waits for the next round.

        A key whose event the bus refuses waits, and the others go on. Raises `BusAway` where all wait. While a batch is
        on its way the next one is read, and the one before it is marked.
        """
        blocked: set[tuple[str, str]] = set()
        marking: asyncio.Future[None] = _done(None)
        reading: asyncio.Future[Sequence[Pending]] = _done([])
        batch, last = await self._first() if await self._leads(leads) else ([], 0)
        try:
            while batch:
                if _is_full(batch):
                    reading = asyncio.create_task(self._unpublished(batch[-1].position, last))
                since = time.time_ns()
                safe, refused = await self._publish([pending for pending in batch if pending.place not in blocked])
                blocked |= refused
                await marking
                marking = asyncio.create_task(self._mark(safe, since))
                following, reading = await reading, _done([])
                batch = following if following and await self._leads(leads) else []
        finally:
            reading.cancel()
            await asyncio.gather(marking, reading, return_exceptions=True)
        await marking
        return not blocked

    async def _leads(self, leads: Leads) -> bool:
        leading = await leads()
        relay_leads(self._service, leading)
        return leading

    async def _publish(self, ready: Sequence[Pending]) -> tuple[Sequence[Pending], set[tuple[str, str]]]:
        """Publish; returns what is safe, and the places of what is not."""
        void = [pending for pending in ready if pending.is_void]
        ready = [pending for pending in ready if not pending.is_void]
        if not ready:
            return void, set()
        try:
            outcomes = await self._bus.publish([pending.message for pending in ready])
        except BusAway:
            publish_failed(self._service, len(ready))
            raise
        failed = [(pending, outcome) for pending, outcome in zip(ready, outcomes, strict=True) if outcome is not None]
        if failed:
            publish_failed(self._service, len(failed))
            log.warning("publish_failed", events=len(failed), cause=type(failed[0][1]).__name__)
        safe = [pending for pending, outcome in zip(ready, outcomes, strict=True) if outcome is None]
        return [*void, *safe], {pending.place for pending, _ in failed}

    async def _first(self) -> tuple[Sequence[Pending], int]:
        """The first ones by position, and the last position of all that was committed when they were read."""
        async with self._database.reading() as session:
            rows = await _pending(session, 0, _NO_END)
            last = await session.scalar(select(func.max(outbox.c.position))) if _is_full(rows) else None
        return rows, last or 0

    async def _unpublished(self, after: int, last: int) -> Sequence[Pending]:
        """The next ones by position, up to the `last`.

        One that is committed late, below `after`, comes in the next round. What is written once it is committed lies
        beyond `last`, and so does not overtake it.
        """
        async with self._database.reading() as session:
            return await _pending(session, after, last)

    async def _mark(self, safe: Sequence[Pending], since: int) -> None:
        if not safe:
            return
        async with self._database.transaction() as session:
            published = update(outbox).where(among(session, outbox.c.position, [pending.position for pending in safe]))
            await session.execute(published.values(published_at=utc_now()))
        told = [pending for pending in safe if not pending.is_void]
        for topic, events in Counter(pending.message.topic for pending in told).items():
            events_published(self._service, topic, events)
        for pending in told:
            record_publication(self._service, pending.message.topic, pending.message.body, since=since)


_size = func.length(outbox.c.body)
_ahead = (
    select(
        outbox.c.position,
        outbox.c.event_id,
        outbox.c.topic,
        outbox.c.key,
        outbox.c.body,
        outbox.c.sealed_for,
        outbox.c.headers,
        (func.sum(_size).over(order_by=outbox.c.position) - _size).label("before"),
    )
    .where(outbox.c.published_at.is_(None), outbox.c.position.between(bindparam("after") + 1, bindparam("last")))
    .order_by(outbox.c.position)
    .limit(BATCH)
    .subquery()
)
_NEXT = (
    select(*[column for column in _ahead.c if column.name != "before"])
    .where(_ahead.c.before < BATCH_BYTES)
    .order_by(_ahead.c.position)
)
"""The first one whatever its size, and the others for as long as there is room."""


_NO_END = 2**63 - 1


async def _pending(session: AsyncSession, after: int, last: int) -> Sequence[Pending]:
    rows = (await session.execute(_NEXT, {"after": after, "last": last})).all()
    return [
        Pending(
            row.position,
            Message(row.topic, row.key, body or b"", tuple((row.headers or {}).items())),
            size=len(row.body),
            is_void=body is None,
        )
        for row, body in zip(rows, await opened_bodies(session, rows), strict=True)
    ]


def _is_full(batch: Sequence[Pending]) -> bool:
    """Whether there may be more to read."""
    return len(batch) == BATCH or sum(pending.size for pending in batch) >= BATCH_BYTES


def _back_off(failures: int) -> float:
    """How long to wait, in seconds: longer each time, and never just as long as other replicas."""
    longest = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
    return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret
