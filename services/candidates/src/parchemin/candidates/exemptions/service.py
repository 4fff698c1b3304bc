"""Use cases about exemptions: proposal by the disability officer, decision by the certifier, and no other path."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.exemptions import rules
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.obstacles import REFUSALS
from parchemin.candidates.exemptions.rules import Case, ExemptionState, Parcours, Person
from parchemin.candidates.exemptions.schemas import ExemptionRuling, ExemptionSummary, ExemptionView, NewExemption
from parchemin.candidates.referentials.service import known_referential
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.outbox import publish
from parchemin.common.ownership import find
from parchemin.common.vault import FieldCipher
from parchemin.contracts.events.candidates import ExemptionGrantedV1
from parchemin.contracts.vocabulary import CompetencyCode, ExemptionDecision


async def propose_exemption(
    session: AsyncSession, principal: Principal, cipher: FieldCipher, new: NewExemption
) -> Exemption:
    """Argue for an exemption of one competency."""
    enrolment = await find(session, Enrolment, new.enrolment_id, principal, for_update=True)
    obstacle = rules.obstacle_to_proposal(await _parcours(session, enrolment), new.competency)
    if obstacle is not None:
        raise REFUSALS[obstacle]
    exemption_id = new_id()
    exemption = Exemption(
        id=exemption_id,
        organisation_id=enrolment.organisation_id,
        enrolment_id=enrolment.id,
        competency=new.competency,
        state=ExemptionState.PROPOSED,
        argument=cipher.seal(new.argument, place=_place("argument", exemption_id)),
        working_conditions=_sealed(cipher, new.working_conditions, "working_conditions", exemption_id),
        proposer_issuer=principal.issuer,
        proposer_subject=principal.subject,
    )
    session.add(exemption)
    await audit.record(session, principal, "exemption.proposed", exemption)
    return exemption


async def decide_exemption(
    session: AsyncSession,
    principal: Principal,
    cipher: FieldCipher,
    exemption_id: UUID,
    ruling: ExemptionRuling,
    expected: int,
) -> Exemption:
    """Grant or refuse what was proposed. The enrolment is locked: of two that would empty a block, one passes."""
    exemption = await find(session, Exemption, exemption_id, principal)
    enrolment = await find(session, Enrolment, exemption.enrolment_id, principal, for_update=True)
    await session.refresh(exemption)  # what was read before the lock may be overtaken
    require_version(exemption, expected)
    case = Case(
        competency=exemption.competency,
        state=ExemptionState(exemption.state),
        proposer=Person(exemption.proposer_issuer, exemption.proposer_subject),
    )
    decider = Person(principal.issuer, principal.subject)
    obstacle = rules.obstacle_to_decision(await _parcours(session, enrolment), case, decider, ruling.decision)
    if obstacle is not None:
        raise REFUSALS[obstacle]
    now = utc_now()
    exemption.state = ruling.decision
    exemption.reason = cipher.seal(ruling.reason, place=_place("reason", exemption.id))
    exemption.decider_issuer = decider.issuer
    exemption.decider_subject = decider.subject
    exemption.decided_at = exemption.updated_at = now
    if ruling.decision is ExemptionDecision.GRANTED:
        await publish(session, _granted(exemption))
    await audit.record(session, principal, f"exemption.{exemption.state}", exemption)
    return exemption


async def read_exemption(
    session: AsyncSession, principal: Principal, cipher: FieldCipher, exemption: Exemption
) -> ExemptionView:
    """The exemption with its texts; that they were read is recorded in the same transaction."""
    await audit.record(session, principal, "exemption.argument_read", exemption)
    return ExemptionView(
        **ExemptionSummary.model_validate(exemption).model_dump(),
        argument=cipher.open(exemption.argument, place=_place("argument", exemption.id)),
        working_conditions=_opened(cipher, exemption.working_conditions, "working_conditions", exemption.id),
        reason=_opened(cipher, exemption.reason, "reason", exemption.id),
    )


async def _parcours(session: AsyncSession, enrolment: Enrolment) -> Parcours:
    columns = col(Exemption.competency), col(Exemption.state)
    rows = await session.execute(select(*columns).where(col(Exemption.enrolment_id) == enrolment.id))
    states = [(competency, ExemptionState(state)) for competency, state in rows]
    return Parcours(
        referential=await known_referential(session, enrolment.referential_version),
        blocks=frozenset(enrolment.blocks),
        granted=frozenset(competency for competency, state in states if state is ExemptionState.GRANTED),
        proposed=frozenset(competency for competency, state in states if state is ExemptionState.PROPOSED),
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


def _place(column: str, exemption_id: UUID) -> str:
    return f"exemptions.{column}:{exemption_id}"


def _sealed(cipher: FieldCipher, text: str | None, column: str, exemption_id: UUID) -> bytes | None:
    return None if text is None else cipher.seal(text, place=_place(column, exemption_id))


def _opened(cipher: FieldCipher, sealed: bytes | None, column: str, exemption_id: UUID) -> str | None:
    return None if sealed is None else cipher.open(sealed, place=_place(column, exemption_id))
