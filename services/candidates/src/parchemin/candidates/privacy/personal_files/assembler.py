"""Making archives of the parts that have come, and deleting what has expired."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import structlog
from sqlalchemy import delete, exists, select
from sqlmodel import col

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.privacy.personal_files import rules
from parchemin.candidates.privacy.personal_files.models import PersonalFile, PersonalFilePart
from parchemin.candidates.privacy.personal_files.own_part import own_pieces
from parchemin.candidates.privacy.personal_files.readme import readme
from parchemin.candidates.privacy.personal_files.rules import PersonalFileState
from parchemin.candidates.privacy.personal_files.service import GATHERED, UNDER_WAY, secret_of
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.personal_files import Piece
from parchemin.common.personal_files.sealing import PartDamaged, decrypted, encrypt, pieces_of, zip_of
from parchemin.common.storage.store import ContentDamaged, ContentStore
from parchemin.common.vault import Vault

log = structlog.get_logger()

PATIENCE = timedelta(hours=1)
"""After it is due: what cannot be assembled by then has failed."""


class Assembler:
    """Makes one archive of a person's parts, encrypted as they are; and ends it when its time is over."""

    def __init__(self, database: Database, vault: Vault, exchange: ContentStore, *, poll_seconds: float) -> None:
        self._database = database
        self._vault = vault
        self._exchange = exchange
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Look for them for ever."""
        while True:
            self._database.signal(GATHERED).clear()
            try:
                await self.expire_due()
                await self.assemble_due()
            except Exception:  # it outlives a database that is away
                log.exception("assembling_failed")
            await self._database.announced(GATHERED, within=self._poll_seconds)

    async def assemble_due(self) -> int:
        """Assemble all that have their parts, or wait for them no longer; how many."""
        async with self._database.reading() as session:
            under_way = (
                select(PersonalFile).where(col(PersonalFile.state).in_(UNDER_WAY)).order_by(col(PersonalFile.id))
            )
            files = list(await session.scalars(under_way))
            parts = select(PersonalFilePart).where(
                col(PersonalFilePart.personal_file_id).in_([file.id for file in files])
            )
            received: dict[UUID, list[PersonalFilePart]] = {}
            for part in await session.scalars(parts):
                received.setdefault(part.personal_file_id, []).append(part)
        count = 0
        for file in files:
            of_file = received.get(file.id, [])
            if rules.may_assemble({part.service for part in of_file}, file.due_at, utc_now()):
                count += await self._assemble(file, of_file)
        return count

    async def expire_due(self) -> int:
        """Delete what the exchange holds of all that are over, then end them; how many."""
        came_late = exists().where(col(PersonalFilePart.personal_file_id) == col(PersonalFile.id))
        over = select(PersonalFile).where(
            col(PersonalFile.expires_at) <= utc_now(),
            (col(PersonalFile.state) != PersonalFileState.EXPIRED) | came_late,
        )
        async with self._database.reading() as session:
            files = list(await session.scalars(over))
        for file in files:
            async with self._database.transaction() as session:
                parts = delete(PersonalFilePart).where(col(PersonalFilePart.personal_file_id) == file.id)
                keys = list(await session.scalars(parts.returning(col(PersonalFilePart.content_key))))
                held = await session.get_one(PersonalFile, file.id, with_for_update=True)
                await asyncio.to_thread(self._delete, [*keys, *([held.archive_key] if held.archive_key else [])])
                held.state, held.secret, held.archive_key = PersonalFileState.EXPIRED, None, None
                held.updated_at = utc_now()
        return len(files)

    async def _assemble(self, file: PersonalFile, parts: list[PersonalFilePart]) -> bool:
        try:
            return await self._assembled(file, parts)
        except Exception:
            log.exception("personal_file_not_assembled", request_id=str(file.id))
            if utc_now() >= file.due_at + PATIENCE:
                async with self._database.transaction() as session:
                    held = await session.get_one(PersonalFile, file.id, with_for_update=True)
                    if held.state in UNDER_WAY:
                        held.state, held.updated_at = PersonalFileState.FAILED, utc_now()
            return False

    async def _assembled(self, file: PersonalFile, parts: list[PersonalFilePart]) -> bool:
        async with self._database.reading() as session:
            secret = await secret_of(session, self._vault, file)
            candidate = await session.get_one(Candidate, file.candidate_id)
            if secret is None or candidate.erased_at is not None:
                return False  # it expires
            own = await own_pieces(session, self._vault, candidate, with_disability=file.by_the_person)
        key, size, whole = await asyncio.to_thread(self._put_archive, file, own, parts, secret)
        async with self._database.transaction() as session:
            held = await session.get_one(PersonalFile, file.id, with_for_update=True)
            wanted = held.state in UNDER_WAY and held.secret is not None
            if wanted:
                held.state, held.updated_at = PersonalFileState.READY, utc_now()
                held.archive_key, held.archive_size, held.missing = key, size, rules.missing(whole)
                await session.execute(delete(PersonalFilePart).where(col(PersonalFilePart.personal_file_id) == file.id))
        done_with = [part.content_key for part in parts] if wanted else [key]
        await asyncio.to_thread(self._delete, done_with)
        return wanted

    def _put_archive(
        self, file: PersonalFile, own: list[Piece], parts: list[PersonalFilePart], secret: str
    ) -> tuple[str, int, set[str]]:
        """Key and readable size of the archive, and the services whose parts are in it. Blocks. A part that does not
        open is a missing one: each is looked at before the archive is begun."""
        whole = [part for part in parts if self._opens(part, secret)]
        services = {part.service for part in whole}
        size = 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for block in zip_of(self._pieces(file, own, whole, secret)):
                size += len(block)
                yield block

        with TemporaryDirectory(prefix="parchemin-file-") as folder:
            draft = Path(folder) / "archive.age"  # never holds anything readable
            encrypt(counted(), file.recipient, draft)
            return self._exchange.put_file(draft), size, services

    def _pieces(
        self, file: PersonalFile, own: list[Piece], parts: list[PersonalFilePart], secret: str
    ) -> Iterator[Piece]:
        yield readme(file, missing=rules.missing({part.service for part in parts}))
        yield from own
        for part in parts:
            yield from pieces_of(decrypted(self._exchange.stream(part.content_key), secret))

    def _opens(self, part: PersonalFilePart, secret: str) -> bool:
        try:
            for _ in decrypted(self._exchange.stream(part.content_key), secret):
                pass
        except (PartDamaged, ContentDamaged):
            log.warning("personal_file_part_damaged", service=part.service, request_id=str(part.personal_file_id))
            return False
        return True

    def _delete(self, keys: list[str]) -> None:
        for key in keys:
            self._exchange.delete(key)
