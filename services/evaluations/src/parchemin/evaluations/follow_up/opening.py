"""Part of the service's work: surveys become due as time goes by."""

import asyncio

import structlog

from parchemin.common.database import Database
from parchemin.evaluations.clock import today
from parchemin.evaluations.follow_up.service import open_due
from parchemin.evaluations.settings import Settings

log = structlog.get_logger()

FIRST_SECONDS = 30.0
"""A process that starts has more urgent work."""
EVERY_SECONDS = 3600.0


class Opening:
    """Opens the surveys that are due, soon after the start and every hour.

    Several may run at once: an award has one survey for each delay.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def run(self) -> None:
        """For as long as the process lives."""
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            try:
                await self.open_all()
            except Exception:  # it outlives a database that is away
                log.exception("follow_up_opening_failed")
            await asyncio.sleep(EVERY_SECONDS)

    async def open_all(self) -> int:
        """Open all that are due, in small transactions; returns how many."""
        opened, last = 0, 1
        while last:
            async with self._database.transaction() as session:
                last = await open_due(session, today(self._settings.time_zone), self._settings.follow_up_months)
            opened += last
        return opened
