"""What was the duplicate's becomes the candidate's: rows by `candidate_id`; what is sealed, under the other key."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.duplicates.history import hand_over
from parchemin.candidates.enrolments.funding import funding_place
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.follow_ups.merging import move_disability
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.imports.deciding import said_place
from parchemin.candidates.imports.models import CandidateImportRow, CandidateOrigin
from parchemin.candidates.photos import service as photos
from parchemin.candidates.privacy.access_log.models import RecordAccess
from parchemin.candidates.privacy.consents.models import ConsentEntry
from parchemin.candidates.privacy.erasures.models import Sitting
from parchemin.candidates.privacy.holders.models import CertifiedHolder
from parchemin.candidates.privacy.holders.service import refresh_holder
from parchemin.candidates.privacy.personal_files.models import PersonalFile
from parchemin.candidates.recognitions.models import Recognition
from parchemin.candidates.recognitions.service import text_place
from parchemin.candidates.transfers.models import Transfer
from parchemin.common.clock import utc_now
from parchemin.common.vault import Purpose, Vault

FOLLOWING = (
    col(Enrolment.candidate_id),
    col(Recognition.candidate_id),
    col(Transfer.candidate_id),
    col(Transfer.to_candidate_id),
    col(CertifiedHolder.candidate_id),
    col(RecordAccess.candidate_id),
    col(ConsentEntry.candidate_id),
    col(Sitting.candidate_id),
    col(CandidateOrigin.candidate_id),
    col(CandidateImportRow.candidate_id),
)
"""Columns by which a row is somebody's."""


async def hand_over_all(session: AsyncSession, vault: Vault, former: Candidate, candidate: Candidate) -> None:
    """To be called while both still have their keys. Copies of the duplicate's file are not moved: they can be fetched
    no more, and a new one has all."""
    await move_disability(session, vault, former.id, candidate.id)
    await _reseal(session, vault, former.id, candidate.id)
    await hand_over(session, vault, former.id, candidate.id)
    await photos.hand_over(session, vault, former, candidate)
    await _renumber_consents(session, former.id, candidate.id)
    await session.flush()
    for column in FOLLOWING:
        await _move(session, column, former.id, candidate.id)
    now = utc_now()
    await session.execute(
        update(PersonalFile)
        .where(col(PersonalFile.candidate_id) == former.id)
        .values(secret=None, expires_at=now, updated_at=now)
        .execution_options(synchronize_session=False)
    )


async def settle_register(session: AsyncSession, vault: Vault, former: Candidate, candidate: Candidate) -> None:
    """The register says who the person is by the record that was kept; once that record is written."""
    await session.flush()
    await refresh_holder(session, vault, candidate.id)
    await vault.destroy(session, former.id, Purpose.REGISTER)


async def _move(session: AsyncSession, column: Any, former_id: UUID, candidate_id: UUID) -> None:
    table = column.class_
    changed: dict[str, Any] = {column.key: candidate_id}
    if hasattr(table, "version"):
        changed |= {"version": table.version + 1, "updated_at": utc_now()}
    moved = update(table).where(column == former_id).values(changed)
    await session.execute(moved.execution_options(synchronize_session="fetch"))


async def _reseal(session: AsyncSession, vault: Vault, former_id: UUID, candidate_id: UUID) -> None:
    ciphers = await vault.ciphers(session, [former_id, candidate_id], Purpose.IDENTITY)
    before, after = ciphers[former_id], ciphers[candidate_id]

    def resealed(sealed: bytes | None, place: str) -> bytes | None:
        return None if sealed is None else after.seal_bytes(before.open_bytes(sealed, place=place), place=place)

    for enrolment in await session.scalars(select(Enrolment).where(col(Enrolment.candidate_id) == former_id)):
        enrolment.funding = resealed(enrolment.funding, funding_place(enrolment.id))
    for claim in await session.scalars(select(Recognition).where(col(Recognition.candidate_id) == former_id)):
        claim.proof = resealed(claim.proof, text_place("proof", claim.id))
        claim.reason = resealed(claim.reason, text_place("reason", claim.id))
    for origin in await session.scalars(select(CandidateOrigin).where(col(CandidateOrigin.candidate_id) == former_id)):
        origin.said = after.seal(before.open(origin.said, place=said_place(origin.id)), place=said_place(origin.id))


async def _renumber_consents(session: AsyncSession, former_id: UUID, candidate_id: UUID) -> None:
    """The duplicate's come after the candidate's own: what was said last to the record that was kept still stands
    where the duplicate said nothing."""
    last = select(func.max(col(ConsentEntry.number))).where(col(ConsentEntry.candidate_id) == candidate_id)
    await session.execute(
        update(ConsentEntry)
        .where(col(ConsentEntry.candidate_id) == former_id)
        .values(number=ConsentEntry.number + ((await session.scalar(last)) or 0))
        .execution_options(synchronize_session=False)
    )
