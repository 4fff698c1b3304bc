"""Two records of one person become one: what is sealed under the key of the former is sealed under the other's."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.texts import TEXTS, place_of
from parchemin.candidates.follow_ups.entries import place_of_entry
from parchemin.candidates.follow_ups.models import FollowUp, FollowUpEntry
from parchemin.candidates.follow_ups.rules import UNDER_WAY, FollowUpState
from parchemin.candidates.follow_ups.service import place_of_request
from parchemin.candidates.sealing import opened, opening_cipher, sealing_cipher
from parchemin.common.clock import utc_now
from parchemin.common.vault import FieldCipher, Purpose, Vault


async def move_disability(session: AsyncSession, vault: Vault, former_id: UUID, candidate_id: UUID) -> None:
    """Make the follow-ups of a duplicate, with their consents, the candidate's. To be called before the duplicate's
    enrolments are moved. Where both have one under way, the duplicate's is closed: a candidate has one at most."""
    theirs = await _follow_ups(session, candidate_id)
    moved = await _follow_ups(session, former_id)
    exemptions = (
        (
            await session.execute(
                select(Exemption)
                .join(Enrolment, col(Enrolment.id) == col(Exemption.enrolment_id))
                .where(col(Enrolment.candidate_id) == former_id)
                .with_for_update(of=Exemption)
            )
        )
        .scalars()
        .all()
    )
    if not moved and not exemptions:
        return
    before = await opening_cipher(session, vault, former_id)
    after = await sealing_cipher(session, vault, candidate_id)
    is_under_way = any(follow_up.state in UNDER_WAY for follow_up in theirs)
    for follow_up in moved:
        follow_up.candidate_id = candidate_id
        follow_up.request = _resealed(before, after, follow_up.request, place_of_request(follow_up.id))
        if is_under_way and follow_up.state in UNDER_WAY:
            follow_up.state = FollowUpState.CLOSED
        follow_up.updated_at = utc_now()
        entries = select(FollowUpEntry).where(col(FollowUpEntry.follow_up_id) == follow_up.id)
        for entry in (await session.execute(entries)).scalars().all():
            content = _resealed(before, after, entry.content, place_of_entry(entry.id))
            if content is None:
                await session.delete(entry)
            else:
                entry.content = content
    for exemption in exemptions:
        for text in TEXTS:
            setattr(exemption, text, _resealed(before, after, getattr(exemption, text), place_of(text, exemption.id)))
    await session.flush()
    await vault.destroy(session, former_id, Purpose.DISABILITY)


async def _follow_ups(session: AsyncSession, candidate_id: UUID) -> list[FollowUp]:
    statement = select(FollowUp).where(col(FollowUp.candidate_id) == candidate_id).order_by(col(FollowUp.id))
    return list((await session.execute(statement.with_for_update())).scalars())


def _resealed(before: FieldCipher | None, after: FieldCipher, sealed: bytes | None, place: str) -> bytes | None:
    said = opened(before, sealed, place=place)
    return None if said is None else after.seal(said, place=place)
