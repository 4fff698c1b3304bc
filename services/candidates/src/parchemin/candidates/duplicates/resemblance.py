"""Finding the records that resemble others: one look-up by keyed digests, never a reading of all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.duplicates.rules import Likeness, resemblance
from parchemin.candidates.identity.models import Candidate, CandidateName
from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.storage import blocking_tokens, persons_of
from parchemin.common.statements import among, table_of
from parchemin.common.vault import Vault

MOST_LOOKED_AT = 200
"""Records that are opened for one person. More share a key only where made-up persons were all born on one day."""
_BATCH = 500
_names = table_of(CandidateName)


@dataclass(frozen=True, slots=True)
class Alike:
    """A record that may be of the same person, and in what it differs."""

    candidate_id: UUID
    likeness: frozenset[Likeness]


async def resembling(
    session: AsyncSession, vault: Vault, organisation_id: UUID, persons: Sequence[Person]
) -> list[list[Alike]]:
    """For each of these persons the organisation's candidates who may be them, oldest first.

    However many persons there are, statements grow by the batch only, and identities are opened only of candidates
    who share a key with one of them.
    """
    index = await vault.index(session)
    tokens = [blocking_tokens(index, organisation_id, person) for person in persons]
    holders = await _holders(session, organisation_id, sorted(set().union(*tokens)), MOST_LOOKED_AT * len(persons))
    nearby = {candidate.id: candidate for found in holders.values() for candidate in found}
    known = await persons_of(session, vault, nearby.values())
    return [
        [
            Alike(candidate_id, likeness)
            for candidate_id in sorted({candidate.id for token in keys for candidate in holders[token]})
            if candidate_id in known and (likeness := resemblance(person, known[candidate_id]))
        ]
        for person, keys in zip(persons, tokens, strict=True)
    ]


async def _holders(
    session: AsyncSession, organisation_id: UUID, tokens: Sequence[int], limit: int
) -> dict[int, list[Candidate]]:
    holders: dict[int, list[Candidate]] = defaultdict(list)
    for start in range(0, len(tokens), _BATCH):
        statement = (
            select(_names.c.token, Candidate)
            .join(Candidate, col(Candidate.id) == _names.c.candidate_id)
            .where(
                among(session, _names.c.token, tokens[start : start + _BATCH]),
                col(Candidate.organisation_id) == organisation_id,
            )
            .order_by(col(Candidate.id).desc())
            .limit(limit)
        )
        for token, candidate in await session.execute(statement):
            holders[token].append(candidate)
    return holders
