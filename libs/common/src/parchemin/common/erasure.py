"""What the common tables hold of a person, and how it goes."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, Table, Uuid, delete, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.database import leave_no_trace, vault_of
from parchemin.common.tables import dead_letters, idempotency_keys, outbox, person_keys
from parchemin.common.vault import Purpose
from parchemin.contracts.events import CATALOGUE

FORGETTING = sorted(name for name, event in CATALOGUE.items() if event.forgets)
"""Types of the facts that say that somebody was erased."""
IDENTITIES = "%.identity.%"
"""Like the topics of identities."""


async def forget(
    session: AsyncSession, person_id: UUID, *, related: Collection[UUID] = (), keep: Collection[Purpose] = ()
) -> None:
    """Destroy the person's keys, but for the purposes to `keep`, and what the common tables hold of them.

    Gone are their identity in the outbox, published or not; dead letters of it; and the answers, kept for repeats, that
    name the person or a record of theirs (`related`). What tells that they were erased stays.
    """
    await vault_of(session).erase(session, person_id, keep=keep)
    await session.execute(delete(outbox).where(*_told_of(outbox, person_id), outbox.c.type.not_in(FORGETTING)))
    await session.execute(delete(dead_letters).where(*_told_of(dead_letters, person_id)))
    answered = idempotency_keys.c.body.is_not(None)
    named = [idempotency_keys.c.about.contains(str(one)) for one in (person_id, *related)]
    # An answer of before they were sealed says not whom it names: it goes, whomever it is about.
    await session.execute(delete(idempotency_keys).where(answered, or_(idempotency_keys.c.about.is_(None), *named)))
    leave_no_trace(session)


async def is_forgotten(session: AsyncSession, person_id: UUID) -> bool:
    """Whether the person was erased here: nothing is learnt of them any more."""
    return bool(await session.scalar(select(forgotten(literal(person_id, Uuid)))))


def forgotten(person_id: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """The same within a statement."""
    columns = person_keys.c
    erased = columns.purpose == Purpose.IDENTITY, columns.wrapped.is_(None)
    return select(columns.person_id).where(columns.person_id == person_id, *erased).exists()


def _told_of(table: Table, person_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return table.c.topic.like(IDENTITIES), table.c.key == str(person_id)
