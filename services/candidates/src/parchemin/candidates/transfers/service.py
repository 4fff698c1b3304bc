"""Use cases about transfers: proposed by one school, consented to by the candidate, accepted by another."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.identity.service import own_candidates
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.progress.recording import heard_of
from parchemin.candidates.transfers import rules
from parchemin.candidates.transfers.handover import hand_over
from parchemin.candidates.transfers.models import Transfer
from parchemin.candidates.transfers.obstacles import (
    REFUSALS,
    ConsentAmiss,
    IllegalTransferStep,
    ReceiverUnknown,
    TransferUnderWay,
)
from parchemin.candidates.transfers.rules import Case, Consent, Party, TransferState
from parchemin.candidates.transfers.schemas import NewTransfer, TransferStep
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.ownership import find, one
from parchemin.common.problems import FieldFault
from parchemin.common.vault import Vault
from parchemin.contracts.vocabulary import EnrolmentState, Role

_SEEN_BY_RECEIVER = sorted({TransferState.CONSENTED, TransferState.COMPLETED})


async def visible_transfers(session: AsyncSession, vault: Vault, principal: Principal) -> Select[Transfer]:
    """Those of the school that proposed them; those that a school may accept, or has; their own for a candidate."""
    own = col(Transfer.organisation_id) == principal.organisation
    if principal.has(Role.ADMINISTRATOR, Role.CLIENT):
        received = (col(Transfer.to_organisation_id) == principal.organisation) & or_(
            col(Transfer.state).in_(_SEEN_BY_RECEIVER),
            (col(Transfer.state) == TransferState.DECLINED) & col(Transfer.consent).is_not(None),
        )
        return select(Transfer).where(own | received)
    candidates = await own_candidates(session, vault, principal)
    mine = [row.id for row in (await session.execute(candidates)).scalars()]
    return select(Transfer).where(own, col(Transfer.candidate_id).in_(mine))


async def propose(session: AsyncSession, principal: Principal, new: NewTransfer) -> Transfer:
    """Propose an enrolment to another school."""
    enrolment = await find(session, Enrolment, new.enrolment_id, principal, for_update=True)
    code = select(col(Organisation.id)).where(col(Organisation.code) == new.to_organisation)
    receiver = await session.scalar(code)
    if receiver is None:
        raise ReceiverUnknown
    await _refuse(session, enrolment, receiver)
    under_way = select(col(Transfer.id)).where(
        col(Transfer.enrolment_id) == enrolment.id, col(Transfer.state).in_(sorted(rules.OPEN))
    )
    other = await session.scalar(under_way)
    if other is not None:
        raise TransferUnderWay(transfer_id=other)
    transfer = Transfer(
        organisation_id=enrolment.organisation_id,
        enrolment_id=enrolment.id,
        candidate_id=enrolment.candidate_id,
        to_organisation_id=receiver,
        referential_version=enrolment.referential_version,
        access_path=enrolment.access_path,
        blocks=enrolment.blocks,
    )
    session.add(transfer)
    await audit.record(session, principal, "transfer.proposed", transfer)
    return transfer


async def step(
    session: AsyncSession,
    vault: Vault,
    principal: Principal,
    transfer_id: UUID,
    change: TransferStep,
    expected: int,
    today: date,
) -> Transfer:
    """Do what one of the three parties says."""
    visible = await visible_transfers(session, vault, principal)
    transfer = await one(session, visible, Transfer, transfer_id)
    held = select(Enrolment).where(col(Enrolment.id) == transfer.enrolment_id).with_for_update()
    enrolment = (await session.execute(held)).scalar_one()
    await session.refresh(transfer)  # what was read before the lock may be overtaken
    require_version(transfer, expected)
    state, wanted, party = TransferState(transfer.state), TransferState(change.state), _party(principal, transfer)
    if not rules.may_become(state, wanted, party):
        raise IllegalTransferStep(state=state, wanted=wanted)
    records = wanted is TransferState.CONSENTED and party is Party.PROPOSER
    if records != (change.recorded_consent is not None):
        text = Text(
            "L'établissement joint le consentement écrit, et lui seul.",
            "The school names the consent on paper, and nobody else does.",
        )
        raise ConsentAmiss(faults=[FieldFault("/recorded_consent", ConsentAmiss.code, text)])
    if wanted is TransferState.CONSENTED:
        recorded = change.recorded_consent
        transfer.consent = Consent.OWN if recorded is None else Consent.RECORDED
        transfer.consented_on = today if recorded is None else recorded.given_on
        transfer.consent_digest = None if recorded is None else recorded.sha256
    elif wanted is TransferState.COMPLETED:
        await _refuse(session, enrolment, transfer.to_organisation_id)
        transfer.to_candidate_id = await hand_over(session, vault, transfer, enrolment, today)
    transfer.state, transfer.updated_at = wanted, utc_now()
    await audit.record(session, principal, f"transfer.{wanted}", transfer)
    return transfer


def _party(principal: Principal, transfer: Transfer) -> Party:
    if not principal.has(Role.ADMINISTRATOR, Role.CLIENT):
        return Party.CANDIDATE
    return Party.PROPOSER if principal.organisation == transfer.organisation_id else Party.RECEIVER


async def _refuse(session: AsyncSession, enrolment: Enrolment, receiver: UUID) -> None:
    heard = (await heard_of(session, [enrolment.id]))[enrolment.id]
    case = Case(enrolment.organisation_id, EnrolmentState(enrolment.state), bool(heard.expected_at))
    obstacle = rules.obstacle(case, receiver)
    if obstacle is not None:
        raise REFUSALS[obstacle]
