"""Readings of lists, written behind the answers.

A page shows up to a hundred candidates, and each of them may read that it did. Written in the request, that would make
every list wait for SQLite's one writer, disk included; so the rows are kept in memory and written together, a second
later at most. A process that is killed loses the readings of lists of its last second; one that stops in order loses
none. Readings of single records are never written this way.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

import structlog
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.privacy.access_log.rules import AccessKind
from parchemin.candidates.privacy.access_log.service import Row, access_rows, is_own_reading, write
from parchemin.common.auth import Principal
from parchemin.common.database import Database

log = structlog.get_logger()

EVERY_SECONDS = 1.0
BOUND = 10_000
"""Rows in memory at most: who reads when it is full waits until they are written."""
BATCH = 250
"""Rows in one transaction: a longer one would keep writers waiting."""


class AccessJournal:
    """Collects readings of lists, and writes them together."""

    def __init__(self, database: Database, *, every_seconds: float = EVERY_SECONDS, bound: int = BOUND) -> None:
        self._database = database
        self._every_seconds = every_seconds
        self._bound = bound
        self._rows: list[Row] = []
        self._writing = asyncio.Lock()
        self._later: asyncio.Task[None] | None = None

    async def listed(self, principal: Principal, candidates: Sequence[Candidate]) -> None:
        """These candidates were shown on a page of a list."""
        rows = access_rows(
            principal, AccessKind.LIST, [(candidate.organisation_id, candidate.id) for candidate in candidates]
        )
        if not rows:
            return
        self._rows += rows
        if len(self._rows) >= self._bound:
            await self.flush()
        elif self._later is None or self._later.done():
            self._later = asyncio.create_task(self._flush_later())

    async def flush(self) -> None:
        """Write all that is there. What cannot be written stays, and is tried with the next."""
        async with self._writing:
            while self._rows:
                rows = self._rows[:BATCH]
                async with self._database.transaction() as session:
                    await write(session, rows)
                del self._rows[: len(rows)]

    async def close(self) -> None:
        """Write the rest; at the stop of the process."""
        if self._later is not None:
            self._later.cancel()
            await asyncio.gather(self._later, return_exceptions=True)
        await self.flush()

    async def _flush_later(self) -> None:
        await asyncio.sleep(self._every_seconds)
        try:
            await self.flush()
        except Exception:  # it outlives a database that is away
            log.exception("access_journal_failed", rows=len(self._rows))


async def installed_journal(request: Request) -> AccessJournal:
    """As the service was made with it."""
    journal: AccessJournal = request.app.state.access_journal
    return journal


Journal = Annotated[AccessJournal, Depends(installed_journal)]


@asynccontextmanager
async def reading_of_a_person(request: Request, principal: Principal) -> AsyncIterator[AsyncSession]:
    """The session of a GET that shows one person: it writes that it did, unless they read of themselves."""
    database: Database = request.app.state.database
    async with database.reading() if is_own_reading(principal) else database.transaction() as session:
        yield session
