"""The history of a record: what it said before each correction, and what was merged into it. Sealed like the record."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.duplicates.models import CandidateChange
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.storage import CandidateErased
from parchemin.common.auth import Principal
from parchemin.common.ids import new_id
from parchemin.common.vault import FieldCipher, Purpose, Vault


class Change(BaseModel):
    """What a change replaced."""

    model_config = ConfigDict(frozen=True)

    before: Person
    duplicate_id: UUID | None = None
    duplicate: Person | None = None
    """The record that was merged into this one."""
    taken: tuple[str, ...] = ()
    """The members that were taken from it."""


async def remember(
    session: AsyncSession, vault: Vault, principal: Principal, candidate: Candidate, change: Change
) -> None:
    """Keep what a change replaces, in its transaction."""
    cipher = await _cipher(session, vault, candidate.id)
    change_id = new_id()
    session.add(
        CandidateChange(
            id=change_id,
            organisation_id=candidate.organisation_id,
            candidate_id=candidate.id,
            kind="corrected" if change.duplicate_id is None else "merged",
            actor=principal.subject,
            content=cipher.seal(change.model_dump_json(), place=_place(change_id)),
        )
    )


async def recall(session: AsyncSession, vault: Vault, rows: Sequence[CandidateChange]) -> dict[UUID, Change]:
    """What these changes replaced; of a person who was erased, nothing."""
    ciphers = await vault.ciphers(session, {row.candidate_id for row in rows}, Purpose.IDENTITY)
    return {
        row.id: Change.model_validate_json(ciphers[row.candidate_id].open(row.content, place=_place(row.id)))
        for row in rows
        if row.candidate_id in ciphers
    }


async def hand_over(session: AsyncSession, vault: Vault, former_id: UUID, candidate_id: UUID) -> None:
    """Make one record's history part of another's, under the other's key."""
    statement = select(CandidateChange).where(col(CandidateChange.candidate_id) == former_id)
    rows = (await session.execute(statement)).scalars().all()
    if not rows:
        return
    former, cipher = await _cipher(session, vault, former_id), await _cipher(session, vault, candidate_id)
    for row in rows:
        row.content = cipher.seal(former.open(row.content, place=_place(row.id)), place=_place(row.id))
        row.candidate_id = candidate_id


async def _cipher(session: AsyncSession, vault: Vault, candidate_id: UUID) -> FieldCipher:
    ciphers = await vault.ciphers(session, [candidate_id], Purpose.IDENTITY)
    if candidate_id not in ciphers:
        raise CandidateErased
    return ciphers[candidate_id]


def _place(change_id: UUID) -> str:
    return f"candidate_changes.content:{change_id}"
