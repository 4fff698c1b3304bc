"""The outbox: an event is written in the transaction of the change that it tells of."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.clock import utc_now
from parchemin.common.database import Database, announce, vault_of
from parchemin.common.ids import new_id
from parchemin.common.tables import outbox
from parchemin.common.tracing import current_traceparent
from parchemin.common.vault import KeyDestroyed, Purpose
from parchemin.contracts.envelope import Event, wrap
from parchemin.contracts.topics import is_compacted

_INSERT = insert(outbox)
WRITTEN = "outbox"
"""Announced by each transaction with events in it; the relay waits for it."""


async def publish(session: AsyncSession, *events: Event) -> None:
    """Record facts, in order; the relay brings them to the bus after the commit."""
    await publish_all(session, events)


async def publish_all(session: AsyncSession, events: Iterable[Event]) -> None:
    """As `publish`, with one statement for many facts.

    An identity is sealed under the person's key, which the relay opens it with: what a database's log or a backup has
    of it goes with the key. `KeyDestroyed` where the person was erased.
    """
    now = utc_now()
    traceparent = current_traceparent()
    told = list(events)
    persons = [person_of(event) for event in told]
    sealed_for = [person for person in persons if person is not None]
    ciphers = await vault_of(session).ciphers(session, sealed_for, Purpose.IDENTITY, create=True) if sealed_for else {}
    rows = []
    for event, person in zip(told, persons, strict=True):
        envelope = wrap(event, event_id=new_id(), at=now, traceparent=traceparent)
        body = envelope.to_bytes()
        if person is not None:
            if person not in ciphers:
                raise KeyDestroyed
            body = ciphers[person].seal_bytes(body, place=place_of(envelope.id))
        rows.append(
            {
                "event_id": envelope.id,
                "topic": event.topic,
                "key": event.key,
                "type": event.type,
                "body": body,
                "sealed_for": person,
                "occurred_at": now,
            }
        )
    if rows:
        if session.new or session.dirty or session.deleted:
            await session.flush()
        connection = await session.connection()
        await connection.execute(_INSERT, rows if len(rows) > 1 else rows[0])
        announce(session, WRITTEN)


def person_of(event: Event) -> UUID | None:
    """Whose identity the fact tells; None of those that tell nobody's."""
    return UUID(event.key) if is_compacted(event.topic) and not event.forgets else None


def place_of(event_id: UUID) -> str:
    """What the sealed body of an event belongs to."""
    return f"outbox.body:{event_id}"


async def opened_bodies(session: AsyncSession, rows: Sequence[Row[Any]]) -> list[bytes | None]:
    """The bodies of these rows of the outbox; None where its person was erased. One query for all that are sealed."""
    persons = {row.sealed_for for row in rows if row.sealed_for is not None}
    ciphers = await vault_of(session).ciphers(session, persons, Purpose.IDENTITY) if persons else {}

    def opened(row: Row[Any]) -> bytes | None:
        if row.sealed_for is None:
            body: bytes = row.body
            return body
        cipher = ciphers.get(row.sealed_for)
        return None if cipher is None else cipher.open_bytes(row.body, place=place_of(row.event_id))

    return [opened(row) for row in rows]


async def backlog(database: Database) -> int:
    """How many events wait to be published."""
    async with database.reading() as session:
        waiting = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
        return await session.scalar(waiting) or 0
