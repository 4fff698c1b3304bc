"""The importer: does the large imports, one after another, a thousand rows at a time."""

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.imports.deciding import Decision, decide
from parchemin.candidates.imports.models import CandidateImport, FileRole
from parchemin.candidates.imports.preparing import Prepared, Reading, prepared, read_candidates
from parchemin.candidates.imports.rules import ImportState, RowOutcome
from parchemin.candidates.imports.service import (
    CHUNK,
    DUE,
    conclude,
    forget_files,
    hold_all_if_one_is_bad,
    open_file,
    put_rows,
    step,
)
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.failures import is_transient
from parchemin.common.problems import DomainError
from parchemin.common.vault import Vault

log = structlog.get_logger()

LEADERSHIP = "parchemin.importer"
BACK_OFF_SECONDS = 2.0
MOST_ATTEMPTS = 3
"""At one import that fails where nothing is away."""
_UNFINISHED = (ImportState.QUEUED, ImportState.RUNNING)


class Importer:
    """Of several processes one leads; were there two, each row would still go in once: a chunk is taken under a lock.

    What a process leaves behind that is killed is gone on with where it stopped: the rows that are done are counted in
    the transaction that does them.
    """

    def __init__(self, database: Database, vault: Vault, *, poll_seconds: float, rejected_for: timedelta) -> None:
        self._database = database
        self._vault = vault
        self._poll_seconds = poll_seconds
        self._rejected_for = rejected_for
        self._attempts: dict[UUID, int] = {}

    async def run(self) -> None:
        """Import until cancelled: all that waits at start, then whatever comes."""
        while True:
            try:
                async with self._database.leadership(LEADERSHIP) as leads:
                    while True:
                        self._database.signal(DUE).clear()
                        if await leads():
                            await self.import_due()
                            await self.sweep()
                        await self._database.announced(DUE, within=self._poll_seconds)
            except Exception as error:  # the importer outlives a database that is away
                log.error("importer_failed", cause=type(error).__name__)
                await asyncio.sleep(BACK_OFF_SECONDS)

    async def import_due(self) -> None:
        """Every import that waits, the first that came first."""
        while record := await self._next():
            try:
                await self._import(record)
            except DomainError as error:
                await self._fail(record.id, error.code)
            except Exception as error:
                if is_transient(error):
                    raise
                attempts = self._attempts[record.id] = self._attempts.get(record.id, 0) + 1
                log.warning("import_failed", import_id=str(record.id), cause=type(error).__name__, attempts=attempts)
                if attempts == MOST_ATTEMPTS:
                    await self._fail(record.id, "import_failed")
            else:
                self._attempts.pop(record.id, None)

    async def sweep(self) -> None:
        """Forget the rejected rows whose time is over."""
        over = select(CandidateImport).where(col(CandidateImport.rejected_until) < utc_now()).limit(CHUNK)
        async with self._database.reading() as session:
            if (await session.execute(over.limit(1))).first() is None:
                return
        async with self._database.transaction() as session:
            for record in (await session.execute(over)).scalars():
                record.rejected_until = None
                await forget_files(session, self._vault, record.id)

    async def _next(self) -> CandidateImport | None:
        waiting = (
            select(CandidateImport)
            .where(col(CandidateImport.state).in_(_UNFINISHED))
            .order_by(col(CandidateImport.created_at), col(CandidateImport.id))
            .limit(1)
        )
        async with self._database.reading() as session:
            return (await session.execute(waiting)).scalar_one_or_none()

    async def _import(self, record: CandidateImport) -> None:
        async with self._database.transaction() as session:
            held = await _held(session, record.id)
            if held is None:
                return
            if held.state == ImportState.QUEUED:
                step(held, ImportState.RUNNING)
            content = await open_file(session, self._vault, held.id, FileRole.RECEIVED)
            index = await self._vault.index(session)
        reading = await asyncio.to_thread(read_candidates, content, record.class_id)
        rows = await asyncio.to_thread(prepared, reading, record.organisation_id, record.source, index)
        with _left_alone():
            if record.all_or_nothing:
                await self._all_or_nothing(record, reading, rows)
            else:
                await self._by_chunks(record, reading, rows)

    async def _by_chunks(self, record: CandidateImport, reading: Reading, rows: Sequence[Prepared]) -> None:
        while True:
            async with self._database.transaction() as session:
                held = await _held(session, record.id)
                if held is None or held.state != ImportState.RUNNING:
                    return
                chunk = rows[held.rows_done : held.rows_done + CHUNK]
                if not chunk:
                    await conclude(session, self._vault, held, reading, rejected_for=self._rejected_for)
                    return
                decisions = await self._decided(session, held, reading, chunk, lock=not held.preview)
                await put_rows(session, self._vault, held, reading, decisions)

    async def _all_or_nothing(self, record: CandidateImport, reading: Reading, rows: Sequence[Prepared]) -> None:
        """Decided by chunks first, which holds nobody up; if all is well, written in one transaction."""
        planned: list[Decision] = []
        for chunk in _chunks(rows):
            async with self._database.reading() as session:
                planned += await self._decided(session, record, reading, chunk, lock=False)
        async with self._database.transaction() as session:
            held = await _held(session, record.id)
            if held is None or held.state != ImportState.RUNNING:
                return
            if not any(decision.outcome is RowOutcome.REJECTED for decision in planned) and not held.preview:
                planned = [
                    decision
                    for chunk in _chunks(rows)
                    for decision in await self._decided(session, held, reading, chunk, lock=True)
                ]
            hold_all_if_one_is_bad(held, planned)
            await put_rows(session, self._vault, held, reading, planned)
            await conclude(session, self._vault, held, reading, rejected_for=self._rejected_for)

    async def _decided(
        self, session: AsyncSession, record: CandidateImport, reading: Reading, rows: Sequence[Prepared], *, lock: bool
    ) -> list[Decision]:
        present = frozenset(reading.layout.places)
        return await decide(session, self._vault, record.organisation_id, rows, present, lock=lock)

    async def _fail(self, import_id: UUID, code: str) -> None:
        async with self._database.transaction() as session:
            held = await _held(session, import_id)
            if held is None:
                return
            if held.state == ImportState.QUEUED:
                step(held, ImportState.RUNNING)
            step(held, ImportState.FAILED, failure=code)
            await forget_files(session, self._vault, import_id)


@contextmanager
def _left_alone() -> Iterator[None]:
    """All that is in memory now is passed over by the garbage collector: the rows of a file live as long as its import,
    and looking through them again and again takes a fifth of its time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _held(session: AsyncSession, import_id: UUID) -> CandidateImport | None:
    """The import, held to the end of the transaction, unless it is over."""
    statement = select(CandidateImport).where(
        col(CandidateImport.id) == import_id, col(CandidateImport.state).in_(_UNFINISHED)
    )
    return (await session.execute(statement.with_for_update())).scalar_one_or_none()


def _chunks(rows: Sequence[Prepared]) -> Iterator[Sequence[Prepared]]:
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
