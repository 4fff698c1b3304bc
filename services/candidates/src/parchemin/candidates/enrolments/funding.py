"""Who pays for an enrolment: kept sealed under a key of the candidate, and told to nobody else."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.schemas import Funding
from parchemin.candidates.identity.storage import CandidateErased
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.ownership import find
from parchemin.common.vault import KeyDestroyed, Purpose, Vault


async def set_funding(
    session: AsyncSession, vault: Vault, principal: Principal, enrolment_id: UUID, funding: Funding, expected: int
) -> Enrolment:
    """Replace what is known of the funding."""
    enrolment = await find(session, Enrolment, enrolment_id, principal, for_update=True)
    require_version(enrolment, expected)
    try:
        cipher = await vault.cipher(session, enrolment.candidate_id, Purpose.IDENTITY)
    except KeyDestroyed as error:
        raise CandidateErased from error
    enrolment.funding = cipher.seal(funding.model_dump_json(), place=funding_place(enrolment.id))
    enrolment.updated_at = utc_now()
    await audit.record(session, principal, "enrolment.funding_set", enrolment)
    return enrolment


async def funding_of(session: AsyncSession, vault: Vault, enrolment: Enrolment) -> Funding | None:
    """Who pays, where it is known; `CandidateErased` where nobody can tell any more."""
    if enrolment.funding is None:
        return None
    cipher = (await vault.ciphers(session, [enrolment.candidate_id], Purpose.IDENTITY)).get(enrolment.candidate_id)
    if cipher is None:
        raise CandidateErased
    return Funding.model_validate_json(cipher.open(enrolment.funding, place=funding_place(enrolment.id)))


def funding_place(enrolment_id: UUID) -> str:
    """What the sealed funding of an enrolment belongs to."""
    return f"enrolments.funding:{enrolment_id}"
