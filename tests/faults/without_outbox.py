"""The product without its outbox: an event is published after the commit, by the process that made it.

The negative control of the faults: run as a program in place of the command line, it loses what the outbox keeps. Rows
are still written, as if they were published: they tell afterwards which events are on no topic.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.bus import Bus, BusAway, Message
from parchemin.common.bus.kafka import KafkaBus, KafkaSettings
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.tables import outbox

PATIENCE_SECONDS = 0.5
"""A request does not wait longer for a broker that is away."""

_transaction = Database.transaction


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[AsyncSession]:
    """As `Database.transaction`; then its events are published, whatever comes of it."""
    async with _transaction(database) as session:
        yield session
        events = await _taken_from_the_relay(session)
    if events:
        with suppress(BusAway, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await _bus().publish(events)


async def _taken_from_the_relay(session: AsyncSession) -> Sequence[Message]:
    columns = outbox.c
    taken = (
        update(outbox)
        .where(columns.published_at.is_(None))
        .values(published_at=utc_now())
        .returning(columns.position, columns.topic, columns.key, columns.body)
    )
    await session.flush()
    return [Message(topic, key, body) for _, topic, key, body in sorted((await session.execute(taken)).all())]


@cache
def _bus() -> Bus:
    return KafkaBus(KafkaSettings(), "without-outbox")


if __name__ == "__main__":
    Database.transaction = transaction  # type: ignore[method-assign]
    from parchemin.standalone.cli import app

    app()
