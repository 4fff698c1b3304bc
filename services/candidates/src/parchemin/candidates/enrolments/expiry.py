"""Enrolments end with their last day, without anybody asking for it."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.rules import RUNNING
from parchemin.candidates.enrolments.steps import enter_state
from parchemin.common.clock import day_in, utc_now
from parchemin.common.database import Database
from parchemin.contracts.vocabulary import EnrolmentState

log = structlog.get_logger()

BATCH = 100
"""Enrolments in one transaction."""


class Expiry:
    """Has those expire whose last day has passed where the school is; in as many processes as one likes."""

    def __init__(
        self,
        database: Database,
        *,
        time_zone: str,
        poll_seconds: float,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._time_zone = time_zone
        self._poll_seconds = poll_seconds
        self._clock = clock

    async def run(self) -> None:
        """Look for them for ever."""
        while True:
            try:
                await self.expire_due()
            except Exception:  # it outlives a database that is away
                log.exception("expiring_enrolments_failed")
            await asyncio.sleep(self._poll_seconds)

    async def expire_due(self) -> int:
        """Have all expire that are due; return how many those were."""
        count = 0
        while some := await self._expire_some():
            count += some
        return count

    async def _expire_some(self) -> int:
        today = day_in(self._time_zone, self._clock())
        due = (
            select(Enrolment)
            .where(col(Enrolment.state).in_(sorted(RUNNING)), col(Enrolment.ends_on) < today)
            .order_by(col(Enrolment.id))
            .limit(BATCH)
        )
        async with self._database.reading() as session:  # nobody waits for a writer that has nothing to write
            if (await session.execute(due.limit(1))).first() is None:
                return 0
        async with self._database.transaction() as session:
            ended = (await session.execute(due.with_for_update(skip_locked=True))).scalars().all()
            for enrolment in ended:
                await enter_state(session, enrolment, EnrolmentState.EXPIRED, today)
        return len(ended)
