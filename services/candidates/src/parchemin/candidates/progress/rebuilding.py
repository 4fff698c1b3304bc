"""Making the projection anew from the history of events: for one that was damaged, or that began late."""

from collections.abc import AsyncIterable
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.progress.following import follow
from parchemin.candidates.progress.models import CancelledSession, ProgressFact
from parchemin.candidates.progress.recording import RECORDERS
from parchemin.contracts.envelope import CloudEvent

BATCH = 200
"""Enrolments that are looked at between two reads."""
HISTORY = {event.type: event for event in RECORDERS}
"""The events that the projection is made of, by type."""
TOPICS = frozenset(event.topic for event in RECORDERS)


async def rebuild(session: AsyncSession, history: AsyncIterable[bytes]) -> int:
    """Drop the projection, read the history again, and have every enrolment stand as it says; how many facts it holds.

    The caller's transaction holds it all: until its commit everybody sees the old projection. Each fact has a key of
    its own, so those that the service hears meanwhile do no harm, and the inbox need not be touched.
    """
    await session.execute(delete(ProgressFact))
    await session.execute(delete(CancelledSession))
    count = 0
    async for body in history:
        try:
            envelope = CloudEvent.model_validate_json(body)
            if envelope.type not in HISTORY:
                continue
            event = HISTORY[envelope.type].read(envelope.data)
        except ValidationError:  # whoever heard it could not read it either, and parked it
            continue
        await RECORDERS[type(event)](session, event)
        count += 1
    last: UUID | None = None
    while enrolments := await _next(session, last):
        last = enrolments[-1].id
        for enrolment in enrolments:
            await follow(session, enrolment)
    return count


async def _next(session: AsyncSession, after: UUID | None) -> list[Enrolment]:
    statement = select(Enrolment).order_by(col(Enrolment.id)).limit(BATCH).with_for_update()
    if after is not None:
        statement = statement.where(col(Enrolment.id) > after)
    return list((await session.execute(statement)).scalars())
