"""Deleting files that a transaction has given up: after its commit, and however often a process dies over it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.clock import utc_now
from parchemin.common.database import Database, announce
from parchemin.common.statements import insert_if_absent
from parchemin.common.tables import doomed_files

log = structlog.get_logger()

DOOMED = "doomed_files"
"""Announced by each transaction that gives files up."""
BATCH = 100
POLL_SECONDS = 30.0
BACK_OFF_SECONDS = 5.0


async def doom(session: AsyncSession, names: Iterable[str]) -> None:
    """Give these files up: they are deleted once this is committed."""
    for name in names:
        await insert_if_absent(session, doomed_files, {"name": name, "doomed_at": utc_now()})
    announce(session, DOOMED)


async def _nothing_is_spared(_session: AsyncSession, _name: str) -> bool:
    return False


class FileEraser:
    """Deletes what was given up. Several may run at once: a file that is not there is as good as deleted.

    `delete` blocks, and raises `OSError` where the storage is away. `is_needed` says which one something else has come
    to name since: it stays.
    """

    def __init__(
        self,
        database: Database,
        delete: Callable[[str], None],
        is_needed: Callable[[AsyncSession, str], Awaitable[bool]] = _nothing_is_spared,
    ) -> None:
        self._database = database
        self._delete = delete
        self._is_needed = is_needed

    async def run(self) -> None:
        """Delete until cancelled."""
        while True:
            self._database.signal(DOOMED).clear()
            try:
                await self.erase_all()
            except Exception as error:  # it outlives a database or a storage that is away
                log.warning("files_not_erased", cause=type(error).__name__)
                await asyncio.sleep(BACK_OFF_SECONDS)
                continue
            await self._database.announced(DOOMED, within=POLL_SECONDS)

    async def erase_all(self) -> int:
        """Delete all files that were given up; returns how many."""
        erased = 0
        while names := await self._doomed():
            for name in names:
                async with self._database.reading() as session:
                    is_needed = await self._is_needed(session, name)
                if not is_needed:
                    await asyncio.to_thread(self._delete, name)
                    erased += 1
            async with self._database.transaction() as session:
                await session.execute(delete(doomed_files).where(doomed_files.c.name.in_(names)))
        return erased

    async def _doomed(self) -> list[str]:
        async with self._database.reading() as session:
            return list(await session.scalars(select(doomed_files.c.name).order_by(doomed_files.c.name).limit(BATCH)))
