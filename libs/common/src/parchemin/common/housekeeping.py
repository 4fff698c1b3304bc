"""What is kept for a time only: published events where the settings say so, and answers to idempotency keys."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, CursorResult, Table, delete, select, update

from parchemin.common.bus.kafka.settings import KafkaSettings
from parchemin.common.clock import utc_now
from parchemin.common.database import Database, announce
from parchemin.common.erasure import FORGETTING
from parchemin.common.outbox import WRITTEN
from parchemin.common.settings import ServiceSettings, house
from parchemin.common.tables import idempotency_keys, outbox

log = structlog.get_logger()

EVERY_SECONDS = 3600.0
BATCH = 1000
"""Rows in one transaction: a longer one would keep writers waiting."""
SEGMENT_MARGIN_SECONDS = 60
TOLD_AGAIN_FOR = timedelta(days=30)
"""An erasure is looked at for as long: a process that was down does it later."""


class Housekeeping:
    """Deletes what has outlived its time, in small transactions. Inbox rows are kept for good."""

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        self._database = database
        self._settings = settings

    async def run(self) -> None:
        """Clean up at start, and every hour."""
        while True:
            try:
                await self.clean_up()
            except Exception:  # it outlives a database that is away
                log.exception("housekeeping_failed")
            await asyncio.sleep(EVERY_SECONDS)

    async def clean_up(self) -> int:
        """Delete all that is due; return how many rows."""
        now = utc_now()
        answered = now - timedelta(days=self._settings.idempotency_retention_days)
        await self._tell_erasures_again()
        deleted = await self._delete(idempotency_keys, idempotency_keys.c.created_at < answered)
        if self._settings.outbox_retention_days is not None:
            published = now - timedelta(days=self._settings.outbox_retention_days)
            deleted += await self._delete(outbox, outbox.c.published_at < published)
        return deleted

    async def _tell_erasures_again(self) -> None:
        """Once, when the segment of the log that the erasure is in may be closed.

        Kafka closes a segment when something is written after its time, and compacts closed ones only: where nothing
        else comes for long, an erased identity would stay. Whoever has heard of the erasure passes over it.
        """
        if house().bus != "kafka":
            return
        waited = timedelta(seconds=KafkaSettings().identity_segment_seconds + SEGMENT_MARGIN_SECONDS)
        columns, since = outbox.c, utc_now() - waited
        async with self._database.transaction() as session:
            told_once = select(columns.position, columns.occurred_at, columns.published_at).where(
                columns.type.in_(FORGETTING), columns.published_at < since, columns.occurred_at > since - TOLD_AGAIN_FOR
            )
            rows = (await session.execute(told_once.limit(BATCH))).all()
            early = [row.position for row in rows if row.published_at < row.occurred_at + waited]
            if early:
                again = update(outbox).where(columns.position.in_(early)).values(published_at=None)
                await session.execute(again)
                announce(session, WRITTEN)

    async def _delete(self, table: Table, due: ColumnElement[bool]) -> int:
        deleted = 0
        key = table.primary_key.columns.values()[-1]
        while True:
            async with self._database.transaction() as session:
                some = select(key).where(due).limit(BATCH)
                result = await session.execute(delete(table).where(due, key.in_(some)))
                assert isinstance(result, CursorResult)  # noqa: S101 - narrows the type: a DELETE has a cursor
            deleted += result.rowcount
            if result.rowcount < BATCH:
                return deleted
