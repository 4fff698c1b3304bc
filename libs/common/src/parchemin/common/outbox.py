"""The outbox: an event is written in the transaction of the change that it tells of."""

from collections.abc import Iterable

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.clock import utc_now
from parchemin.common.database import Database, announce
from parchemin.common.ids import new_id
from parchemin.common.tables import outbox
from parchemin.common.tracing import current_traceparent
from parchemin.contracts.envelope import Event, wrap

_INSERT = insert(outbox)
WRITTEN = "outbox"
"""Announced by each transaction with events in it; the relay waits for it."""


async def publish(session: AsyncSession, *events: Event) -> None:
    """Record facts, in order; the relay brings them to the bus after the commit."""
    await publish_all(session, events)


async def publish_all(session: AsyncSession, events: Iterable[Event]) -> None:
    """As `publish`, with one statement for many facts."""
    now = utc_now()
    traceparent = current_traceparent()
    rows = []
    for event in events:
        envelope = wrap(event, event_id=new_id(), at=now, traceparent=traceparent)
        rows.append(
            {
                "event_id": envelope.id,
                "topic": event.topic,
                "key": event.key,
                "type": event.type,
                "body": envelope.to_bytes(),
                "occurred_at": now,
            }
        )
    if rows:
        if session.new or session.dirty or session.deleted:
            await session.flush()
        connection = await session.connection()
        await connection.execute(_INSERT, rows if len(rows) > 1 else rows[0])
        announce(session, WRITTEN)


async def backlog(database: Database) -> int:
    """How many events wait to be published."""
    async with database.reading() as session:
        waiting = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
        return await session.scalar(waiting) or 0
