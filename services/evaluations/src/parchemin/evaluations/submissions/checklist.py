"""The checklist of a dossier: what the referential asks for, and what there is of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.access import STAFF
from parchemin.evaluations.enrolments.candidates import own_enrolments
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.settings import Settings
from parchemin.evaluations.submissions.models import Deposit, KnownSnapshot, Preparation
from parchemin.evaluations.submissions.names import file_names
from parchemin.evaluations.submissions.preparation import OwnTime
from parchemin.evaluations.submissions.rules import (
    Admission,
    DepositState,
    Version,
    VersionKind,
    deliverable_state,
    dossier_state,
)
from parchemin.evaluations.submissions.schemas import DeliverableView, SnapshotFigures, SubmissionView, VersionView

A = TypeVar("A", bound=Aggregate)


async def present(
    session: AsyncSession, principal: Principal, registrations: Sequence[Registration], settings: Settings
) -> list[SubmissionView]:
    """The dossiers of these registrations; a fixed number of queries. A juror sees what was accepted only."""
    now = utc_now()
    enrolments = await _by_id(session, KnownEnrolment, {row.enrolment_id for row in registrations})
    sessions = await _by_id(session, EvaluationSession, {row.session_id for row in registrations})
    rows = await session.execute(select(Preparation).where(col(Preparation.session_id).in_(sessions)))
    preparations = {row.session_id: row for row in rows.scalars()}
    deposits = await _deposits(session, registrations)
    snapshots = await _snapshots(session, [deposit for found in deposits.values() for deposit in found])
    names = await file_names(session, [deposit for found in deposits.values() for deposit in found])
    full = await _seen_in_full(session, principal, set(enrolments))
    views = []
    for row in registrations:
        held, enrolment = sessions[row.session_id], enrolments[row.enrolment_id]
        referential = await referential_of(session, held.referential_version)
        modality = referential.modality(row.modality)
        time = OwnTime.of(held, enrolment, preparations.get(held.id))
        shown = [
            deposit
            for deposit in deposits[row.id]
            if row.enrolment_id in full or deposit.state == DepositState.ACCEPTED
        ]
        lines = [
            _line(index, title, [deposit for deposit in shown if deposit.deliverable == index], snapshots, names)
            for index, title in enumerate(modality.deliverables, start=1)
        ]
        views.append(
            SubmissionView(
                registration_id=row.id,
                session_id=row.session_id,
                enrolment_id=row.enrolment_id,
                modality=modality.code,
                dossier=modality.dossier,
                state=dossier_state([line.state for line in lines]),
                opens_at=time.opens_at,
                deadline=time.deadline,
                frozen=time.admits(now, settings) == Admission.FROZEN,
                deliverables=lines,
                updated_at=row.updated_at,
            )
        )
    return views


def _line(
    index: int,
    title: str,
    deposits: Sequence[Deposit],
    snapshots: Mapping[UUID, KnownSnapshot],
    names: Mapping[UUID, str | None],
) -> DeliverableView:
    versions = [Version(deposit.number or 0, DepositState(deposit.state), deposit.late) for deposit in deposits]
    return DeliverableView(
        index=index,
        title=title,
        state=deliverable_state(versions),
        versions=[_version(deposit, snapshots, names[deposit.id]) for deposit in deposits],
    )


def _version(deposit: Deposit, snapshots: Mapping[UUID, KnownSnapshot], name: str | None) -> VersionView:
    said = {**deposit.model_dump(include=set(VersionView.model_fields) - {"file_name"}), "file_name": name}
    if deposit.snapshot_id is None:
        return VersionView(**said, kind=VersionKind.FILE, snapshot=None)
    figures = SnapshotFigures(
        **snapshots[deposit.snapshot_id].model_dump(include=set(SnapshotFigures.model_fields)),
    )
    return VersionView(**{**said, "size": None}, kind=VersionKind.SNAPSHOT, snapshot=figures)


async def _deposits(session: AsyncSession, registrations: Sequence[Registration]) -> defaultdict[UUID, list[Deposit]]:
    """What was handed in for these registrations, the first version first."""
    found: defaultdict[UUID, list[Deposit]] = defaultdict(list)
    statement = select(Deposit).where(
        col(Deposit.registration_id).in_([row.id for row in registrations]), col(Deposit.state) != DepositState.OPEN
    )
    for deposit in (await session.execute(statement.order_by(col(Deposit.number)))).scalars():
        found[deposit.registration_id].append(deposit)
    return found


async def _snapshots(session: AsyncSession, deposits: Sequence[Deposit]) -> dict[UUID, KnownSnapshot]:
    """Those that were handed in, by id."""
    ids = {deposit.snapshot_id for deposit in deposits if deposit.snapshot_id is not None}
    if not ids:
        return {}
    rows = await session.execute(select(KnownSnapshot).where(col(KnownSnapshot.id).in_(ids)))
    return {row.id: row for row in rows.scalars()}


async def _seen_in_full(session: AsyncSession, principal: Principal, enrolment_ids: set[UUID]) -> set[UUID]:
    """The enrolments whose refused and unfinished versions the caller sees too."""
    if principal.has(*STAFF):
        return enrolment_ids
    if not principal.has(Role.CANDIDATE):
        return set()
    return set((await session.execute(own_enrolments(principal))).scalars())


async def _by_id(session: AsyncSession, model: type[A], ids: set[UUID]) -> dict[UUID, A]:
    rows = await session.execute(select(model).where(col(model.id).in_(ids)))
    return {row.id: row for row in rows.scalars()}
