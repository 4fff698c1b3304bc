"""Use cases about follow-ups: asked for, opened, led; and the consent that everything else rests on."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.follow_ups import rules
from parchemin.candidates.follow_ups.models import FollowUp
from parchemin.candidates.follow_ups.rules import UNDER_WAY, ConsentForm, FollowUpState
from parchemin.candidates.follow_ups.schemas import (
    Consent,
    DisabilityFollowUpRequest,
    DisabilityFollowUpSummary,
    DisabilityFollowUpView,
    NewDisabilityFollowUp,
)
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import own_candidates
from parchemin.candidates.privacy.access_log.rules import AccessKind
from parchemin.candidates.privacy.access_log.service import record_access
from parchemin.candidates.sealing import opened, opening_cipher, sealing_cipher
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.ownership import find, one, owned
from parchemin.common.problems import Conflict, FieldFault, NotFound, Unprocessable
from parchemin.common.vault import Vault
from parchemin.contracts.vocabulary import Role


class FollowUpExists(Conflict):
    """The candidate has a follow-up that is under way."""

    code = "follow_up_exists"
    detail = Text(
        "Ce candidat a déjà un suivi en cours : {follow_up_id}.",
        "This candidate has a follow-up under way already: {follow_up_id}.",
    )


class FollowUpIllegalStep(Conflict):
    """A follow-up does not go from this state to that one."""

    code = "follow_up_illegal_step"
    detail = Text(
        "Un suivi « {state} » ne peut pas devenir « {wanted} ».",
        "A follow-up that is {state} cannot become {wanted}.",
    )


class ConsentMissing(Conflict):
    """Nothing is recorded of a disability without an open follow-up, which the candidate consented to."""

    code = "consent_missing"
    detail = Text(
        "Le candidat n'a pas de suivi ouvert : recueillez d'abord son consentement.",
        "The candidate has no open follow-up: their consent comes first.",
    )


class ConsentImplausible(Unprocessable):
    """A consent that is not given yet."""

    code = "consent_implausible"


async def visible_follow_ups(session: AsyncSession, vault: Vault, principal: Principal) -> Select[FollowUp]:
    """The organisation's, for its disability officer; for a candidate, the own ones."""
    if principal.has(Role.DISABILITY_OFFICER):
        return owned(FollowUp, principal)
    own = (await own_candidates(session, vault, principal)).with_only_columns(col(Candidate.id))
    return owned(FollowUp, principal).where(col(FollowUp.candidate_id).in_(own))


async def visible_follow_up(
    session: AsyncSession, vault: Vault, principal: Principal, follow_up_id: UUID, *, lock: bool = False
) -> FollowUp:
    """One that the caller may see."""
    visible = await visible_follow_ups(session, vault, principal)
    return await one(session, visible.with_for_update() if lock else visible, FollowUp, follow_up_id)


async def open_follow_up(session: AsyncSession, principal: Principal, new: NewDisabilityFollowUp) -> FollowUp:
    """The officer begins one, on a consent that the candidate signed."""
    today = utc_now().date()
    given_on = new.consent.given_on or today
    if not rules.consent_is_plausible(given_on, today):
        text = Text("Ce consentement n'est pas encore donné.", "This consent is not given yet.")
        raise ConsentImplausible(faults=[FieldFault("/consent/given_on", "consent_implausible", text)])
    candidate = await find(session, Candidate, new.candidate_id, principal, for_update=True)
    await _refuse_second(session, candidate)
    follow_up = FollowUp(
        organisation_id=candidate.organisation_id,
        candidate_id=candidate.id,
        state=FollowUpState.OPEN,
        consent_form=ConsentForm.PAPER,
        consented_on=given_on,
        consent_reference=new.consent.reference,
        consent_recorded_by=principal.subject,
    )
    session.add(follow_up)
    await audit.record(session, principal, "follow_up.opened", follow_up)
    return follow_up


async def request_follow_up(
    session: AsyncSession, vault: Vault, principal: Principal, entry: DisabilityFollowUpRequest
) -> FollowUp:
    """The candidate asks for one; 404 where the school has no record under their login."""
    own = await own_candidates(session, vault, principal)
    candidate = (await session.execute(own.with_for_update())).scalars().first()
    if candidate is None:
        raise NotFound
    await _refuse_second(session, candidate)
    follow_up_id = new_id()
    sealed = None
    if entry.text is not None:
        cipher = await sealing_cipher(session, vault, candidate.id)
        sealed = cipher.seal(entry.text, place=place_of_request(follow_up_id))
    follow_up = FollowUp(
        id=follow_up_id,
        organisation_id=candidate.organisation_id,
        candidate_id=candidate.id,
        state=FollowUpState.REQUESTED,
        request=sealed,
        consent_form=ConsentForm.ONLINE,
        consented_on=utc_now().date(),
        consent_recorded_by=principal.subject,
    )
    session.add(follow_up)
    await audit.record(session, principal, "follow_up.requested", follow_up)
    return follow_up


async def lead(
    session: AsyncSession, principal: Principal, follow_up_id: UUID, wanted: FollowUpState, expected: int
) -> FollowUp:
    """The officer takes up a request, or closes."""
    follow_up = await find(session, FollowUp, follow_up_id, principal, for_update=True)
    require_version(follow_up, expected)
    if not rules.may_step(FollowUpState(follow_up.state), wanted):
        raise FollowUpIllegalStep(state=follow_up.state, wanted=wanted)
    follow_up.state = wanted
    follow_up.updated_at = utc_now()
    await audit.record(session, principal, f"follow_up.{'taken_up' if wanted == 'open' else wanted}", follow_up)
    return follow_up


async def read(
    session: AsyncSession, vault: Vault, principal: Principal, follow_up: FollowUp
) -> DisabilityFollowUpView:
    """The follow-up with the candidate's words; that they were read is recorded."""
    cipher = await opening_cipher(session, vault, follow_up.candidate_id)
    await audit.record(session, principal, "follow_up.read", follow_up)
    person = follow_up.organisation_id, follow_up.candidate_id
    await record_access(session, principal, AccessKind.DISABILITY_CASE, person)
    return DisabilityFollowUpView(
        **summary(follow_up).model_dump(),
        request=opened(cipher, follow_up.request, place=place_of_request(follow_up.id)),
    )


async def require_consent(session: AsyncSession, candidate_id: UUID) -> FollowUp:
    """The candidate's open follow-up, locked: no withdrawal of the consent overtakes what is recorded on it."""
    statement = select(FollowUp).where(
        col(FollowUp.candidate_id) == candidate_id, col(FollowUp.state) == FollowUpState.OPEN
    )
    follow_up = (await session.execute(statement.with_for_update())).scalar_one_or_none()
    if follow_up is None or not rules.may_record(FollowUpState(follow_up.state)):
        raise ConsentMissing
    return follow_up


def summary(follow_up: FollowUp) -> DisabilityFollowUpSummary:
    """What a list shows."""
    return DisabilityFollowUpSummary(
        **follow_up.model_dump(include=set(DisabilityFollowUpSummary.model_fields)),
        consent=Consent(
            form=ConsentForm(follow_up.consent_form),
            given_on=follow_up.consented_on,
            reference=follow_up.consent_reference,
        ),
    )


async def _refuse_second(session: AsyncSession, candidate: Candidate) -> None:
    known = await session.scalar(
        select(col(FollowUp.id)).where(
            col(FollowUp.candidate_id) == candidate.id, col(FollowUp.state).in_(sorted(UNDER_WAY))
        )
    )
    if known is not None:
        raise FollowUpExists(follow_up_id=known)


def place_of_request(follow_up_id: UUID) -> str:
    """What a sealed request belongs to."""
    return f"follow_ups.request:{follow_up_id}"
