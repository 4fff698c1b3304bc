"""The examiner: puts the parts of what was handed in together, judges it, and keeps or refuses it."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import structlog
from sqlalchemy import delete, or_, select
from sqlmodel import col

from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.outbox import publish
from parchemin.common.storage.erasing import doom
from parchemin.common.storage.store import ContentDamaged, ContentStore
from parchemin.contracts.events.sessions import SubmissionReceivedV1
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.settings import Settings
from parchemin.evaluations.submissions.inspection.antivirus import ScannerAway, scan
from parchemin.evaluations.submissions.inspection.sandbox import inspect_apart
from parchemin.evaluations.submissions.inspection.verdicts import Refused
from parchemin.evaluations.submissions.models import Deposit, DepositPart
from parchemin.evaluations.submissions.names import file_names
from parchemin.evaluations.submissions.rules import DepositState, part_count
from parchemin.evaluations.submissions.uploads import DUE, mark_dossier_changed, name_of_part

log = structlog.get_logger()

BATCH = 20
WORKERS = 2
"""Files examined at a time."""
BACK_OFF_SECONDS = 2.0
AGAIN = timedelta(seconds=30)
"""After which a file is tried again whose scanner or storage was away."""
SWEPT_AFTER = timedelta(hours=1)
"""After its expiry an upload is swept away: a part that was being written then is there by now."""
LEADERSHIP = "parchemin.examiner"
WAITING = (DepositState.CHECKING, DepositState.QUARANTINED)


class Examiner:
    """Of several processes one leads; were there two, a verdict would still be given once."""

    def __init__(self, database: Database, store: ContentStore, settings: Settings) -> None:
        self._database = database
        self._store = store
        self._settings = settings
        self._places = asyncio.Semaphore(WORKERS)

    async def run(self) -> None:
        """Examine until cancelled: all that waits at start, then whatever comes."""
        while True:
            try:
                async with self._database.leadership(LEADERSHIP) as leads:
                    while True:
                        self._database.signal(DUE).clear()
                        if await leads():
                            await self.examine_due()
                            await self.sweep()
                        await self._database.announced(DUE, within=self._settings.submissions_poll_seconds)
            except Exception as error:  # the examiner outlives a database that is away
                log.error("examiner_failed", cause=type(error).__name__)
                await asyncio.sleep(BACK_OFF_SECONDS)

    async def examine_due(self) -> None:
        """Every file that waits, the first handed in first; what fails waits, and holds up no other."""
        while batch := await self._due():
            async with asyncio.TaskGroup() as group:
                for deposit in batch:
                    group.create_task(self._examine(deposit))

    async def sweep(self) -> None:
        """Forget the parts of files that were judged, and all of uploads that were never handed in."""
        judged = (
            select(col(Deposit.id))
            .where(col(Deposit.state).not_in([DepositState.OPEN, *WAITING]))
            .where(col(Deposit.id).in_(select(col(DepositPart.deposit_id))))
        )
        expired = select(col(Deposit.id)).where(
            col(Deposit.state) == DepositState.OPEN, col(Deposit.expires_at) < utc_now() - SWEPT_AFTER
        )
        async with self._database.reading() as session:
            done = list((await session.execute(judged.limit(BATCH))).scalars())
            abandoned = list((await session.execute(expired.limit(BATCH))).scalars())
        for deposit_id in (*done, *abandoned):
            await asyncio.to_thread(self._store.unstage, str(deposit_id))
            async with self._database.transaction() as session:
                await session.execute(delete(DepositPart).where(col(DepositPart.deposit_id) == deposit_id))
                if deposit_id in abandoned:
                    is_open = col(Deposit.state) == DepositState.OPEN
                    await session.execute(delete(Deposit).where(col(Deposit.id) == deposit_id, is_open))

    async def _due(self) -> Sequence[Deposit]:
        statement = select(Deposit).where(
            col(Deposit.state).in_(WAITING),
            or_(col(Deposit.retry_at).is_(None), col(Deposit.retry_at) <= utc_now()),
        )
        async with self._database.reading() as session:
            return (await session.execute(statement.order_by(col(Deposit.received_at)).limit(BATCH))).scalars().all()

    async def _examine(self, deposit: Deposit) -> None:
        async with self._places:
            try:
                with TemporaryDirectory(prefix="parchemin-") as folder:
                    media_type = await self._judge(deposit, Path(folder) / "file")
                await self._conclude(deposit.id, DepositState.ACCEPTED, media_type=media_type)
            except Refused as refused:
                await self._conclude(deposit.id, DepositState.REFUSED, verdict=refused.code)
            except ScannerAway:
                await self._conclude(deposit.id, DepositState.QUARANTINED)
            except Exception as error:  # the storage, or a defect: it waits, and is tried again
                log.error("examination_failed", deposit_id=str(deposit.id), cause=type(error).__name__)
                await self._conclude(deposit.id, DepositState(deposit.state))

    async def _judge(self, deposit: Deposit, path: Path) -> str:
        """The media type of the file, which is safe in the store then."""
        async with self._database.reading() as session:
            rows = select(DepositPart).where(col(DepositPart.deposit_id) == deposit.id)
            name = (await file_names(session, [deposit]))[deposit.id] or ""
            digests = {row.number: row.sha256 for row in (await session.execute(rows)).scalars()}
        count = part_count(deposit.size, deposit.part_size)
        names = [name_of_part(deposit.id, number, digests.get(number, "")) for number in range(1, count + 1)]
        if await asyncio.to_thread(self._assemble, names, path) != deposit.sha256:
            raise Refused("digest_mismatch")
        media_type = await inspect_apart(path, name, self._settings.submissions_kinds)
        if self._settings.submissions_clamav is not None:
            await scan(self._settings.submissions_clamav, path)
        await asyncio.to_thread(self._store.put_file, path)
        return media_type

    def _assemble(self, names: Sequence[str], path: Path) -> str:
        digest = hashlib.sha256()
        try:
            with path.open("wb") as file:
                for name in names:
                    piece = self._store.staged(name)
                    digest.update(piece)
                    file.write(piece)
        except ContentDamaged as error:
            raise Refused("digest_mismatch") from error
        return digest.hexdigest()

    async def _conclude(
        self, deposit_id: UUID, state: DepositState, *, verdict: str | None = None, media_type: str | None = None
    ) -> None:
        """Give the verdict once, and tell of what was accepted."""
        async with self._database.transaction() as session:
            held = select(Deposit).where(col(Deposit.id) == deposit_id).with_for_update()
            deposit = (await session.execute(held)).scalar_one()
            if deposit.state not in WAITING:
                return
            if deposit.erased_at is not None:  # meanwhile
                await doom(session, [deposit.sha256])
            if state in WAITING:
                deposit.retry_at = utc_now() + AGAIN
            if deposit.state != state:
                deposit.updated_at = utc_now()
                await mark_dossier_changed(session, deposit.registration_id)
            deposit.state, deposit.verdict, deposit.media_type = state, verdict, media_type
            if state != DepositState.ACCEPTED:
                return
            registration = (
                await session.execute(select(Registration).where(col(Registration.id) == deposit.registration_id))
            ).scalar_one()
            await publish(session, received(deposit, registration))


def received(deposit: Deposit, registration: Registration) -> SubmissionReceivedV1:
    """The fact that a version was accepted."""
    if deposit.number is None or deposit.received_at is None:
        raise ValueError("not handed in")
    return SubmissionReceivedV1(
        submission_id=deposit.id,
        registration_id=registration.id,
        session_id=registration.session_id,
        enrolment_id=registration.enrolment_id,
        candidate_id=deposit.candidate_id,
        organisation_id=deposit.organisation_id,
        modality=registration.modality,
        deliverable=deposit.deliverable,
        number=deposit.number,
        sha256=deposit.sha256,
        late=deposit.late,
        received_at=deposit.received_at,
        snapshot_id=deposit.snapshot_id,
    )
