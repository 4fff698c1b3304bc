"""The register of certified holders, from the evaluations service's events."""

from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.storage import persons_of
from parchemin.candidates.privacy.holders.identity import HolderIdentity
from parchemin.candidates.privacy.holders.models import CertifiedHolder
from parchemin.common.clock import utc_now
from parchemin.common.vault import Purpose, Vault
from parchemin.contracts.events.appeals import CertificationRevokedV1
from parchemin.contracts.events.evaluations import CertificationAwardedV1

log = structlog.get_logger()


async def learn_award(session: AsyncSession, event: CertificationAwardedV1, *, vault: Vault) -> None:
    """Keep who holds the certification. A repeat, or a revocation that came first, makes no second row."""
    holder = await _holder(session, event)
    holder.awarded_on, holder.updated_at = event.awarded_on, utc_now()
    if holder.identity is None:
        await _seal(session, vault, [holder])


async def learn_revocation(session: AsyncSession, event: CertificationRevokedV1) -> None:
    """The award fell. Its number stays, and whose it was."""
    holder = await _holder(session, event)
    holder.revoked_on, holder.updated_at = event.revoked_on, utc_now()


async def refresh_holder(session: AsyncSession, vault: Vault, candidate_id: UUID) -> bool:
    """Have the register say who the person is by now, before all else of them is erased. Whether the person holds, or
    held, a certification."""
    rows = select(CertifiedHolder).where(col(CertifiedHolder.candidate_id) == candidate_id)
    holders = list(await session.scalars(rows))
    await _seal(session, vault, holders)
    return bool(holders)


async def identity_of(session: AsyncSession, vault: Vault, holder: CertifiedHolder) -> HolderIdentity | None:
    """Who the holder is: as their record stands, and once they are erased as it stood then."""
    candidate = await session.get(Candidate, holder.candidate_id)
    persons = await persons_of(session, vault, [candidate]) if candidate is not None else {}
    if holder.candidate_id in persons:
        return HolderIdentity.of(persons[holder.candidate_id])
    cipher = (await vault.ciphers(session, [holder.candidate_id], Purpose.REGISTER)).get(holder.candidate_id)
    if holder.identity is None or cipher is None:
        return None
    return HolderIdentity.model_validate_json(cipher.open(holder.identity, place=_place(holder)))


async def _seal(session: AsyncSession, vault: Vault, holders: list[CertifiedHolder]) -> None:
    """Copy the identity from the candidate's record, as it stands, under the key of the register."""
    for holder in holders:
        candidate = await session.get(Candidate, holder.candidate_id)
        person = (await persons_of(session, vault, [candidate])).get(candidate.id) if candidate is not None else None
        if person is None:
            log.warning("certified_holder_unknown", award_id=str(holder.award_id))
            continue
        cipher = await vault.cipher(session, holder.candidate_id, Purpose.REGISTER)
        text = HolderIdentity.of(person).model_dump_json()
        holder.identity, holder.updated_at = cipher.seal(text, place=_place(holder)), utc_now()


async def _holder(session: AsyncSession, event: CertificationAwardedV1 | CertificationRevokedV1) -> CertifiedHolder:
    """The award's line, made where it is the first that is heard of it."""
    rows = select(CertifiedHolder).where(col(CertifiedHolder.award_id) == event.award_id).with_for_update()
    holder: CertifiedHolder | None = (await session.execute(rows)).scalar_one_or_none()
    if holder is None:
        holder = CertifiedHolder(
            organisation_id=event.organisation_id,
            candidate_id=event.candidate_id,
            enrolment_id=event.enrolment_id,
            award_id=event.award_id,
            register_number=event.register_number,
            referential_version=event.referential_version,
        )
        session.add(holder)
    return holder


def _place(holder: CertifiedHolder) -> str:
    return f"certified_holders.identity:{holder.award_id}"
