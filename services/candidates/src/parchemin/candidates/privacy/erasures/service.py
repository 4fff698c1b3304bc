"""Use cases about erasure: asked for, decided, and done."""

from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import visible_candidates
from parchemin.candidates.privacy.consents.models import ConsentEntry
from parchemin.candidates.privacy.erasures import rules
from parchemin.candidates.privacy.erasures.models import Erasure
from parchemin.candidates.privacy.erasures.rules import ErasureOrigin, ErasureState, Hold, Kept, Patience, RefusalGround
from parchemin.candidates.privacy.erasures.sittings import sittings_of
from parchemin.candidates.privacy.holders.models import CertifiedHolder
from parchemin.candidates.privacy.persons import acts_for_themselves, visible_candidate
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.database import announce
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.ownership import find, owned
from parchemin.common.problems import Conflict
from parchemin.common.vault import Vault

DUE = "erasures"
"""Announced with each approval; the eraser waits for it."""


class IllegalErasureStep(Conflict):
    """The request is decided already, or done."""

    code = "illegal_erasure_step"
    detail = Text(
        "Cette demande d'effacement est {state} : cette étape n'est plus possible.",
        "This erasure is {state}: this step is not possible any more.",
    )


async def visible_erasures(session: AsyncSession, vault: Vault, principal: Principal) -> Select[Erasure]:
    """The organisation's; for a candidate, those about themselves."""
    statement = owned(Erasure, principal)
    if acts_for_themselves(principal):
        own = (await visible_candidates(session, vault, principal)).with_only_columns(col(Candidate.id))
        statement = statement.where(col(Erasure.candidate_id).in_(own))
    return statement


async def request_erasure(
    session: AsyncSession, vault: Vault, principal: Principal, candidate_id: UUID
) -> tuple[Erasure, bool]:
    """Ask for the erasure of a person; and whether it is asked for anew: one that stands, or is done, is answered as
    it is."""
    candidate = await visible_candidate(session, vault, principal, candidate_id, for_update=True)
    standing = await standing_erasure(session, candidate.id)
    if standing is not None:
        return standing, False
    own = acts_for_themselves(principal)
    erasure = Erasure(
        organisation_id=candidate.organisation_id,
        candidate_id=candidate.id,
        origin=ErasureOrigin.PERSON if own else ErasureOrigin.STAFF,
        requester=None if own else principal.subject,
    )
    session.add(erasure)
    await audit.record(session, principal, "erasure.requested", erasure)
    return erasure, True


async def decide_erasure(
    session: AsyncSession, principal: Principal, erasure_id: UUID, ground: RefusalGround | None, expected: int
) -> Erasure:
    """Approve a request, or refuse it on a ground. An approved one is done as soon as nothing holds it up."""
    erasure = await find(session, Erasure, erasure_id, principal, for_update=True)
    require_version(erasure, expected)
    wanted = ErasureState.APPROVED if ground is None else ErasureState.REFUSED
    if not rules.may_follow(ErasureState(erasure.state), wanted):
        raise IllegalErasureStep(state=erasure.state)
    now = utc_now()
    erasure.state, erasure.refusal_ground = wanted, ground
    erasure.decider = principal.subject
    erasure.decided_at = erasure.updated_at = now
    if wanted is ErasureState.APPROVED:
        announce(session, DUE)
    await audit.record(session, principal, f"erasure.{wanted}", erasure)
    return erasure


async def standing_erasure(session: AsyncSession, candidate_id: UUID) -> Erasure | None:
    """The request about this person that is not refused; there is one at most."""
    rows = select(Erasure).where(col(Erasure.candidate_id) == candidate_id, col(Erasure.state) != ErasureState.REFUSED)
    erasure: Erasure | None = (await session.execute(rows)).scalar_one_or_none()
    return erasure


async def consequences(session: AsyncSession, candidate_id: UUID, patience: Patience) -> tuple[list[Kept], list[Hold]]:
    """What would stay of the person, and what an erasure would have to wait for."""
    sittings = await sittings_of(session, candidate_id)
    certified = await session.scalar(select(exists().where(col(CertifiedHolder.candidate_id) == candidate_id)))
    consented = await session.scalar(select(exists().where(col(ConsentEntry.candidate_id) == candidate_id)))
    stays = rules.kept(
        certified=bool(certified),
        assessed=any(sitting.decided_on is not None for sitting in sittings),
        consented=bool(consented),
    )
    return stays, rules.holds(sittings, utc_now().date(), patience)
