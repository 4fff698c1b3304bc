"""Withdrawing the consent (GDPR, article 7 §3): as easy as giving it, at any time, for all that rests on it."""

from datetime import date
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.accommodations.service import end_measures
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.exemptions.forgetting import forget_texts
from parchemin.candidates.follow_ups.models import FollowUp, FollowUpEntry
from parchemin.candidates.follow_ups.rules import FollowUpState
from parchemin.candidates.follow_ups.service import FollowUpIllegalStep, visible_follow_up
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.language import Text
from parchemin.common.problems import FieldFault, Unprocessable
from parchemin.common.vault import Purpose, Vault
from parchemin.contracts.vocabulary import Role


class WithdrawalUnproven(Unprocessable):
    """The officer speaks for the candidate, and does not say by which letter."""

    code = "withdrawal_unproven"


async def withdraw_consent(
    session: AsyncSession, vault: Vault, principal: Principal, follow_up_id: UUID, reference: str | None
) -> FollowUp:
    """The candidate takes their consent back, themselves or by a letter that the officer holds."""
    if reference is None and principal.has(Role.DISABILITY_OFFICER):
        text = Text("Indiquez la référence de la lettre du candidat.", "Give the reference of the candidate's letter.")
        raise WithdrawalUnproven(faults=[FieldFault("/reference", "withdrawal_unproven", text)])
    follow_up = await visible_follow_up(session, vault, principal, follow_up_id)
    kept = await _locked(session, follow_up.candidate_id)
    await session.refresh(follow_up)  # what was read before the lock may be overtaken
    if follow_up.state == FollowUpState.WITHDRAWN:
        raise FollowUpIllegalStep(state=follow_up.state, wanted=FollowUpState.WITHDRAWN)
    for one in kept:
        if one.state != FollowUpState.WITHDRAWN:
            one.withdrawal_reference = reference
            await audit.record(session, principal, "follow_up.consent_withdrawn", one)
    await forget_disability(session, vault, follow_up.candidate_id, utc_now().date())
    return follow_up


async def forget_disability(session: AsyncSession, vault: Vault, candidate_id: UUID, last_day: date) -> None:
    """Make all texts about a candidate's disability unreadable, in every follow-up and exemption, by their key; end
    the measures with this day, and take back what waits for the certifier. The rows of texts go too: what is left of
    the key's work is noise, and noise is nobody's to keep."""
    now = utc_now()
    follow_ups = await _locked(session, candidate_id)
    entries = col(FollowUpEntry.follow_up_id).in_([follow_up.id for follow_up in follow_ups])
    await session.execute(delete(FollowUpEntry).where(entries))
    for follow_up in follow_ups:
        if follow_up.state != FollowUpState.WITHDRAWN:
            follow_up.state = FollowUpState.WITHDRAWN
            follow_up.request = None
            follow_up.withdrawn_at = follow_up.updated_at = now
    of_candidate = select(col(Enrolment.id)).where(col(Enrolment.candidate_id) == candidate_id)
    locked = (await session.execute(of_candidate.order_by(col(Enrolment.id)).with_for_update())).scalars().all()
    await forget_texts(session, locked)
    await end_measures(session, locked, last_day)
    await vault.destroy(session, candidate_id, Purpose.DISABILITY)


async def _locked(session: AsyncSession, candidate_id: UUID) -> list[FollowUp]:
    """Before their enrolments: what records on a follow-up locks them in this order too."""
    statement = select(FollowUp).where(col(FollowUp.candidate_id) == candidate_id).order_by(col(FollowUp.id))
    return list((await session.execute(statement.with_for_update())).scalars())
