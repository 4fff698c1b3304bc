"""Use cases about uploads: parts in any order, resumed after a crash of either side, handed in at one moment."""

import asyncio
import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.database import Database, announce
from parchemin.common.ids import new_id
from parchemin.common.ownership import find, one
from parchemin.common.problems import FieldFault
from parchemin.common.statements import table_of, upsert
from parchemin.common.storage.store import ContentStore
from parchemin.evaluations.enrolments.service import locked_enrolment
from parchemin.evaluations.erasure.texts import sealed_text
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.settings import Settings
from parchemin.evaluations.submissions import problems
from parchemin.evaluations.submissions.inspection.kinds import kind_of_name
from parchemin.evaluations.submissions.inspection.verdicts import VERDICTS, Refused
from parchemin.evaluations.submissions.models import Deposit, DepositPart
from parchemin.evaluations.submissions.names import name_place
from parchemin.evaluations.submissions.preparation import own_time
from parchemin.evaluations.submissions.rules import DepositState, part_count, size_of_part
from parchemin.evaluations.submissions.schemas import NewUpload
from parchemin.evaluations.submissions.visibility import handled_dossiers, handled_uploads

DUE = "submissions"
"""Announced by each transaction after which there is a file to examine."""
NAMED_AT_MOST = 1000
"""How many missing parts an answer names."""
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):")


async def open_upload(session: AsyncSession, principal: Principal, new: NewUpload, settings: Settings) -> Deposit:
    """Announce a file. What cannot be taken is refused now, before it is sent."""
    registration = await one(session, handled_dossiers(principal), Registration, new.registration_id)
    held = (
        await session.execute(select(EvaluationSession).where(col(EvaluationSession.id) == registration.session_id))
    ).scalar_one()
    enrolment = await locked_enrolment(session, registration.enrolment_id)
    (await own_time(session, held, enrolment)).require_admission(utc_now(), settings)
    modality = (await referential_of(session, held.referential_version)).modality(registration.modality)
    if new.deliverable > len(modality.deliverables):
        raise problems.DeliverableUnknown(count=len(modality.deliverables))
    if new.size > settings.submissions_max_bytes:
        raise problems.FileTooLarge(limit=settings.submissions_max_bytes)
    _require_name(new.file_name, settings.submissions_kinds)
    await _require_quota(session, enrolment.candidate_id, new.size, settings)
    deposit_id = new_id()
    deposit = Deposit(
        id=deposit_id,
        organisation_id=registration.organisation_id,
        candidate_id=enrolment.candidate_id,
        part_size=settings.submissions_part_bytes,
        expires_at=utc_now() + timedelta(hours=settings.submissions_upload_hours),
        file_name=await sealed_text(session, enrolment.candidate_id, new.file_name, place=name_place(deposit_id)),
        **new.model_dump(exclude={"file_name"}),
    )
    session.add(deposit)
    return deposit


def digest_of_header(header: str | None) -> str:
    """The SHA-256 of a `Content-Digest` (RFC 9530), in hexadecimal digits."""
    found = _DIGEST.search(header or "")
    if found is None:
        raise problems.DigestInvalid
    try:
        return base64.b64decode(found[1], validate=True).hex()
    except binascii.Error as error:
        raise problems.DigestInvalid from error


async def put_part(
    database: Database,
    store: ContentStore,
    principal: Principal,
    upload_id: UUID,
    number: int,
    content: bytes,
    content_digest: str | None,
) -> None:
    """Keep a part. No transaction is open while the store writes: the part is announced before, and stands after.

    Whatever dies in between, a row names all that lies in the store, so that it can be swept away.
    """
    async with database.transaction() as session:
        deposit = await one(session, handled_uploads(principal).with_for_update(), Deposit, upload_id)
        digest = digest_of_header(content_digest)
        _require_open(deposit, utc_now())
        expected = size_of_part(deposit.size, deposit.part_size, number)
        if expected != len(content) or hashlib.sha256(content).hexdigest() != digest:
            raise problems.PartUnfit(expected=expected or 0)
        known = await session.get(DepositPart, (deposit.id, number))
        if known is not None and known.stored and known.sha256 == digest:
            return
        values = {"deposit_id": deposit.id, "number": number, "sha256": digest, "stored": False}
        await upsert(session, table_of(DepositPart), values, key=["deposit_id", "number"])
    await asyncio.to_thread(store.stage, name_of_part(upload_id, number, digest), content)
    async with database.transaction() as session:
        stands = update(DepositPart).where(
            col(DepositPart.deposit_id) == upload_id,
            col(DepositPart.number) == number,
            col(DepositPart.sha256) == digest,
        )
        await session.execute(stands.values(stored=True))


async def hand_in(session: AsyncSession, principal: Principal, upload_id: UUID, settings: Settings) -> Deposit:
    """Hand in a file whose parts are all there: this moment is its time, whenever it is examined. A repeat does
    nothing."""
    known = await one(session, handled_uploads(principal), Deposit, upload_id)
    registration = await one(session, handled_dossiers(principal), Registration, known.registration_id)
    held = await find(session, EvaluationSession, registration.session_id, principal, for_update=True)
    enrolment = await locked_enrolment(session, registration.enrolment_id)
    again = select(Deposit).where(col(Deposit.id) == known.id).with_for_update()
    deposit = (await session.execute(again, execution_options={"populate_existing": True})).scalar_one()
    if deposit.state != DepositState.OPEN:
        return deposit
    now = utc_now()
    _require_open(deposit, now)
    missing = (await missing_parts(session, [deposit]))[deposit.id]
    if missing:
        raise problems.PartsMissing(missing=", ".join(map(str, missing[:20])))
    late = (await own_time(session, held, enrolment)).require_admission(now, settings)
    deposit.number = await next_number(session, deposit.registration_id, deposit.deliverable)
    deposit.state, deposit.received_at, deposit.late, deposit.updated_at = DepositState.CHECKING, now, late, now
    await mark_dossier_changed(session, deposit.registration_id)
    announce(session, DUE)
    return deposit


async def next_number(session: AsyncSession, registration_id: UUID, deliverable: int) -> int:
    """Of the next version of a deliverable. The caller holds the lock of the enrolment."""
    last = select(func.max(col(Deposit.number))).where(
        col(Deposit.registration_id) == registration_id, col(Deposit.deliverable) == deliverable
    )
    return (await session.scalar(last) or 0) + 1


async def missing_parts(session: AsyncSession, deposits: Sequence[Deposit]) -> dict[UUID, list[int]]:
    """The numbers of the parts that are still to be sent, for each of these; none once it was handed in."""
    coming = [deposit for deposit in deposits if deposit.state == DepositState.OPEN]
    stored = select(col(DepositPart.deposit_id), col(DepositPart.number)).where(
        col(DepositPart.deposit_id).in_([deposit.id for deposit in coming]), col(DepositPart.stored).is_(True)
    )
    there = {(deposit_id, number) for deposit_id, number in await session.execute(stored)} if coming else set()
    missing: dict[UUID, list[int]] = {deposit.id: [] for deposit in deposits}
    for deposit in coming:
        numbers = range(1, part_count(deposit.size, deposit.part_size) + 1)
        left = (number for number in numbers if (deposit.id, number) not in there)
        missing[deposit.id] = list(islice(left, NAMED_AT_MOST))
    return missing


async def mark_dossier_changed(session: AsyncSession, registration_id: UUID) -> None:
    """`updated_since` of the lists says so."""
    await session.execute(
        update(Registration)
        .where(col(Registration.id) == registration_id)
        .values(updated_at=utc_now(), version=col(Registration.version) + 1)
    )


def name_of_part(upload_id: UUID, number: int, digest: str) -> str:
    """Where a part waits: two contents that come as the same part do not meet."""
    return f"{upload_id}/{number}-{digest[:32]}"


def _require_open(deposit: Deposit, now: datetime) -> None:
    if deposit.state != DepositState.OPEN or deposit.expires_at <= now:
        raise problems.UploadConcluded


def _require_name(name: str, kinds: Collection[str]) -> None:
    try:
        if kind_of_name(name) not in kinds:
            raise Refused("type_not_allowed")
    except Refused as refused:
        fault = FieldFault("/file_name", refused.code, VERDICTS[refused.code])
        raise problems.FileNameRefused(faults=[fault], verdict=refused.code) from None


async def _require_quota(session: AsyncSession, candidate_id: UUID, size: int, settings: Settings) -> None:
    """The caller holds the lock of the enrolment."""
    unfinished_one = case((col(Deposit.state) == DepositState.OPEN, 1), else_=0)
    kept = select(func.coalesce(func.sum(col(Deposit.size)), 0), func.coalesce(func.sum(unfinished_one), 0)).where(
        col(Deposit.candidate_id) == candidate_id, col(Deposit.state) != DepositState.REFUSED
    )
    total, unfinished = (await session.execute(kept)).one()
    limit, most = settings.submissions_quota_bytes, settings.submissions_open_uploads
    if total + size > limit or unfinished >= most:
        raise problems.QuotaExceeded(limit=limit, uploads=most)
