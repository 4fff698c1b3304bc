"""What is kept for a time only."""

from datetime import datetime, timedelta

import pytest
from libs.common.tests.toy_service import Settings
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common import housekeeping
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.housekeeping import Housekeeping
from parchemin.common.ids import new_id
from parchemin.common.tables import idempotency_keys, inbox, outbox

pytestmark = pytest.mark.asyncio


async def write_event(session: AsyncSession, at: datetime, *, published: datetime | None) -> None:
    row = {"event_id": new_id(), "topic": "t", "key": "k", "type": "x", "body": b"", "occurred_at": at}
    await session.execute(insert(outbox).values(**row, published_at=published))


async def count(database: Database, table) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table))


async def test_published_events_go_after_their_time_and_what_waits_stays(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 3)
    now = utc_now()
    old = now - timedelta(days=31)
    async with database.transaction() as session:
        for _ in range(10):
            await write_event(session, old, published=old)
        await write_event(session, old, published=None)
        await write_event(session, now, published=now)
        await session.execute(insert(inbox).values(consumer="c", event_id=new_id(), handled_at=old))
    assert await Housekeeping(database, Settings()).clean_up() == 0
    assert await Housekeeping(database, Settings(outbox_retention_days=30)).clean_up() == 10
    assert await count(database, outbox) == 2
    assert await count(database, inbox) == 1


async def test_answers_to_idempotency_keys_go_after_a_week(database: Database) -> None:
    now = utc_now()
    async with database.transaction() as session:
        for age in (0, 6, 8):
            row = {"scope": "s", "key": str(age), "fingerprint": "f", "created_at": now - timedelta(days=age)}
            await session.execute(insert(idempotency_keys).values(row))
    assert await Housekeeping(database, Settings()).clean_up() == 1
    async with database.reading() as session:
        assert set(await session.scalars(select(idempotency_keys.c.key))) == {"0", "6"}
