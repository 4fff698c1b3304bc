"""Use cases about exemptions: proposal by the disability officer, decision by the certifier, and no other path."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.exemptions import rules
from parchemin.candidates.exemptions.grading import graded_competencies
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.obstacles import REFUSALS
from parchemin.candidates.exemptions.rules import Case, ExemptionState, Parcours, Person
from parchemin.candidates.exemptions.schemas import ExemptionRuling, ExemptionSummary, ExemptionView, NewExemption
from parchemin.candidates.exemptions.texts import open_texts, place_of
from parchemin.candidates.follow_ups.service import require_consent
from parchemin.candidates.privacy.access_log.rules import AccessKind
from parchemin.candidates.privacy.access_log.service import record_access
from parchemin.candidates.referentials.service import known_referential
from parchemin.candidates.sealing import opening_cipher, sealing_cipher
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.outbox import publish
from parchemin.common.ownership import find
from parchemin.common.vault import Vault
from parchemin.contracts.events.candidates import ExemptionGrantedV1
from parchemin.contracts.vocabulary import CompetencyCode, ExemptionDecision


async def propose_exemption(session: AsyncSession, vault: Vault, principal: Principal, new: NewExemption) -> Exemption:
    """Argue for an exemption of one competency, of a candidate who consented to it."""
    enrolment = await find(session, Enrolment, new.enrolment_id, principal)
    await require_consent(session, enrolment.candidate_id)
    await session.refresh(enrolment, with_for_update=True)
    obstacle = rules.obstacle_to_proposal(await _parcours(session, enrolment), new.competency)
    if obstacle is not None:
        raise REFUSALS[obstacle]
    exemption_id = new_id()
    cipher = await sealing_cipher(session, vault, enrolment.candidate_id)
    exemption = Exemption(
        id=exemption_id,
        organisation_id=enrolment.organisation_id,
        enrolment_id=enrolment.id,
        competency=new.competency,
        state=ExemptionState.PROPOSED,
        argument=cipher.seal(new.argument, place=place_of("argument", exemption_id)),
        working_conditions=cipher.seal(new.working_conditions, place=place_of("working_conditions", exemption_id)),
        proposer_issuer=principal.issuer,
        proposer_subject=principal.subject,
    )
    session.add(exemption)
    await audit.record(session, principal, "exemption.proposed", exemption)
    return exemption


async def withdraw_exemption(
    session: AsyncSession, principal: Principal, exemption_id: UUID, expected: int
) -> Exemption:
    """The officer takes a proposal back, before the certifier answers it."""
    exemption, _ = await _locked(session, principal, exemption_id, expected)
    obstacle = rules.obstacle_to_withdrawal(ExemptionState(exemption.state))
    if obstacle is not None:
        raise REFUSALS[obstacle]
    exemption.state = ExemptionState.WITHDRAWN
    exemption.updated_at = utc_now()
    await audit.record(session, principal, "exemption.withdrawn", exemption)
    return exemption


async def decide_exemption(
    session: AsyncSession,
    vault: Vault,
    principal: Principal,
    exemption_id: UUID,
    ruling: ExemptionRuling,
    expected: int,
) -> Exemption:
    """Grant or refuse what was proposed. The enrolment is locked: of two that would empty a block, one passes."""
    exemption, enrolment = await _locked(session, principal, exemption_id, expected)
    case = Case(
        competency=exemption.competency,
        state=ExemptionState(exemption.state),
        proposer=Person(exemption.proposer_issuer, exemption.proposer_subject),
    )
    decider = Person(principal.issuer, principal.subject)
    obstacle = rules.obstacle_to_decision(await _parcours(session, enrolment), case, decider, ruling.decision)
    if obstacle is not None:
        raise REFUSALS[obstacle]
    cipher = await sealing_cipher(session, vault, enrolment.candidate_id)
    exemption.state = ruling.decision
    exemption.reason = cipher.seal(ruling.reason, place=place_of("reason", exemption.id))
    if ruling.integrity is not None:
        exemption.integrity = cipher.seal(ruling.integrity, place=place_of("integrity", exemption.id))
    exemption.decider_issuer = decider.issuer
    exemption.decider_subject = decider.subject
    exemption.decided_at = exemption.updated_at = utc_now()
    if ruling.decision is ExemptionDecision.GRANTED:
        await publish(session, _granted(exemption))
    await audit.record(session, principal, f"exemption.{exemption.state}", exemption)
    return exemption


async def read_exemption(
    session: AsyncSession, vault: Vault, principal: Principal, exemption: Exemption
) -> ExemptionView:
    """The exemption with its texts; that they were read is recorded in the same transaction."""
    enrolment = await session.get_one(Enrolment, exemption.enrolment_id)
    cipher = await opening_cipher(session, vault, enrolment.candidate_id)
    person = enrolment.organisation_id, enrolment.candidate_id
    await record_access(session, principal, AccessKind.EXEMPTION_TEXTS, person)
    await audit.record(session, principal, "exemption.argument_read", exemption)
    summary = ExemptionSummary.model_validate(exemption).model_dump()
    return ExemptionView.model_validate({**summary, **open_texts(cipher, exemption)})


async def _locked(
    session: AsyncSession, principal: Principal, exemption_id: UUID, expected: int
) -> tuple[Exemption, Enrolment]:
    """The exemption as the caller read it, and its enrolment, which is locked first."""
    exemption = await find(session, Exemption, exemption_id, principal)
    enrolment = await find(session, Enrolment, exemption.enrolment_id, principal, for_update=True)
    await session.refresh(exemption, with_for_update=True)  # what was read before the lock may be overtaken
    require_version(exemption, expected)
    return exemption, enrolment


async def _parcours(session: AsyncSession, enrolment: Enrolment) -> Parcours:
    columns = col(Exemption.competency), col(Exemption.state)
    rows = await session.execute(select(*columns).where(col(Exemption.enrolment_id) == enrolment.id))
    states = [(competency, ExemptionState(state)) for competency, state in rows]
    return Parcours(
        referential=await known_referential(session, enrolment.referential_version),
        blocks=frozenset(enrolment.blocks),
        granted=frozenset(competency for competency, state in states if state is ExemptionState.GRANTED),
        proposed=frozenset(competency for competency, state in states if state is ExemptionState.PROPOSED),
        graded=await graded_competencies(session, enrolment.id),
    )


def _granted(exemption: Exemption) -> ExemptionGrantedV1:
    assert exemption.decided_at is not None  # noqa: S101 - narrows the type: it was just decided
    competency: CompetencyCode = exemption.competency
    return ExemptionGrantedV1(
        enrolment_id=exemption.enrolment_id,
        organisation_id=exemption.organisation_id,
        exemption_id=exemption.id,
        competency=competency,
        granted_on=exemption.decided_at.date(),
    )
