"""Whose data it is: the one candidate that a path names, as far as the caller may see them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import visible_candidates
from parchemin.common.auth import Principal
from parchemin.common.ownership import one
from parchemin.common.vault import Vault
from parchemin.contracts.vocabulary import Role


async def visible_candidate(
    session: AsyncSession, vault: Vault, principal: Principal, candidate_id: UUID, *, for_update: bool = False
) -> Candidate:
    """The candidate, erased or not: the organisation's for its staff, their own for a candidate; 404 else."""
    visible = await visible_candidates(session, vault, principal)
    return await one(session, visible.with_for_update() if for_update else visible, Candidate, candidate_id)


def acts_for_themselves(principal: Principal) -> bool:
    """Whether the caller comes as the person, and not as staff."""
    return not principal.has(Role.ADMINISTRATOR, Role.CLIENT, Role.DISABILITY_OFFICER)
