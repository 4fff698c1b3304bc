"""Snapshots of productions: learned from the budget service, handed in as a version of a deliverable."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.outbox import publish
from parchemin.common.ownership import find, one
from parchemin.common.problems import NotFound
from parchemin.common.statements import insert_if_absent, table_of
from parchemin.contracts.events.budget import ProductionSnapshotTakenV1
from parchemin.evaluations.enrolments.service import locked_enrolment
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.settings import Settings
from parchemin.evaluations.submissions import problems
from parchemin.evaluations.submissions.examiner import received
from parchemin.evaluations.submissions.models import Deposit, KnownSnapshot
from parchemin.evaluations.submissions.preparation import own_time
from parchemin.evaluations.submissions.rules import DepositState
from parchemin.evaluations.submissions.schemas import NewSnapshotDeposit
from parchemin.evaluations.submissions.uploads import mark_dossier_changed, next_number
from parchemin.evaluations.submissions.visibility import handled_dossiers


async def learn_snapshot(session: AsyncSession, event: ProductionSnapshotTakenV1) -> None:
    """It may be handed in. What is known of it stays: a snapshot does not change."""
    known = {
        "id": event.snapshot_id,
        **event.model_dump(include={"organisation_id", "enrolment_id", "taken_at", "sha256", "currency", "total"}),
    }
    await insert_if_absent(session, table_of(KnownSnapshot), known)


async def hand_in_snapshot(
    session: AsyncSession, principal: Principal, registration_id: UUID, new: NewSnapshotDeposit, settings: Settings
) -> Registration:
    """Hand in a snapshot of the enrolment's own: a version that is accepted at once, its figures being known.

    The one that was handed in last is not handed in again.
    """
    registration = await one(session, handled_dossiers(principal), Registration, registration_id)
    held = await find(session, EvaluationSession, registration.session_id, principal, for_update=True)
    enrolment = await locked_enrolment(session, registration.enrolment_id)
    snapshot = await _own_snapshot(session, registration, new.snapshot_id)
    now = utc_now()
    late = (await own_time(session, held, enrolment)).require_admission(now, settings)
    modality = (await referential_of(session, held.referential_version)).modality(registration.modality)
    if new.deliverable > len(modality.deliverables):
        raise problems.DeliverableUnknown(count=len(modality.deliverables))
    if await _last_snapshot(session, registration, new.deliverable) == snapshot.id:
        return registration
    deposit = Deposit(
        organisation_id=registration.organisation_id,
        registration_id=registration.id,
        candidate_id=enrolment.candidate_id,
        deliverable=new.deliverable,
        size=0,
        sha256=snapshot.sha256,
        part_size=0,
        expires_at=now,
        state=DepositState.ACCEPTED,
        number=await next_number(session, registration.id, new.deliverable),
        received_at=now,
        late=late,
        snapshot_id=snapshot.id,
    )
    session.add(deposit)
    await mark_dossier_changed(session, registration.id)
    await publish(session, received(deposit, registration))
    await session.flush()
    await session.refresh(registration)
    return registration


async def _own_snapshot(session: AsyncSession, registration: Registration, snapshot_id: UUID) -> KnownSnapshot:
    """404 alike for somebody else's, for none at all, and for one whose event is still on its way."""
    snapshot = await session.get(KnownSnapshot, snapshot_id)
    whose = (registration.organisation_id, registration.enrolment_id)
    if snapshot is None or (snapshot.organisation_id, snapshot.enrolment_id) != whose:
        raise NotFound
    return snapshot


async def _last_snapshot(session: AsyncSession, registration: Registration, deliverable: int) -> UUID | None:
    """The snapshot that the last version is, of those that were not refused."""
    handed_in = select(col(Deposit.snapshot_id)).where(
        col(Deposit.registration_id) == registration.id,
        col(Deposit.deliverable) == deliverable,
        col(Deposit.state).not_in([DepositState.OPEN, DepositState.REFUSED]),
    )
    return (await session.execute(handed_in.order_by(col(Deposit.number).desc()).limit(1))).scalar_one_or_none()
