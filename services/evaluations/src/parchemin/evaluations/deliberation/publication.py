"""Publishing the results of a closed session: validated blocks, awards and the facts that everybody hears of.

Until then only the jury and the staff that keeps its minutes know them: nothing follows from them, nothing is printed.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.clock import utc_now
from parchemin.common.outbox import publish_all
from parchemin.contracts.envelope import Event
from parchemin.contracts.events.evaluations import (
    AppliedJuryRules,
    DeliberationClosedV1,
    MinutesIncident,
    MinutesRegistration,
    MinutesValidation,
    ResultsDecidedV1,
    SeatedJuror,
    VoteCount,
)
from parchemin.contracts.events.evaluations import Override as PrintedOverride
from parchemin.contracts.vocabulary import AccessPath, CompetencyOutcome
from parchemin.evaluations.awards.service import Settled, settle_enrolments
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.deliberation.results import ordered, result_of
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.incidents.consequences import incidents_for_minutes
from parchemin.evaluations.juries.rules import JuryRules
from parchemin.evaluations.registrations.changes import mark_registrations_changed
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.conflicts import conflicting_pairs
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat
from parchemin.evaluations.sessions.service import seats_of

T = TypeVar("T")


async def publish_results(session: AsyncSession, held: EvaluationSession, rules: Sequence[JuryRules]) -> None:
    """Make the results of a closed session known, and what follows from them. The caller holds the session."""
    await session.flush()
    registrations = await _of_session(session, Registration, held.id)
    enrolments = await _locked_enrolments(session, {registration.enrolment_id for registration in registrations})
    decisions: defaultdict[UUID, list[Decision]] = defaultdict(list)
    for decision in await _of_session(session, Decision, held.id):
        if decision.standing:
            decisions[decision.registration_id].append(decision)
    held.published_at = held.updated_at = utc_now()
    settled = await settle_enrolments(session, list(enrolments))
    await mark_registrations_changed(session, list(enrolments))
    seats = (await seats_of(session, [held.id]))[held.id]
    ties = await conflicting_pairs(session, [seat.juror_id for seat in seats])
    grouped: defaultdict[UUID, list[Registration]] = defaultdict(list)
    for registration in sorted(registrations, key=lambda one: (one.enrolment_id, one.modality)):
        grouped[registration.enrolment_id].append(registration)
    paths = {AccessPath(each.access_path) for each in enrolments.values() if each.access_path}
    minutes = DeliberationClosedV1(
        session_id=held.id,
        organisation_id=held.organisation_id,
        referential_version=held.referential_version,
        policy=held.policy or "",
        place=held.place,
        session_date=held.held_on,
        deliberated_on=held.deliberated_on or held.held_on,
        modalities=tuple(held.modalities),
        jury=tuple(
            _seated(seat, ties, enrolments) for seat in sorted(seats, key=lambda s: (not s.president, s.juror_id))
        ),
        registrations=tuple(
            _line(registration, decisions[registration.id], enrolments[registration.enrolment_id])
            for group in grouped.values()
            for registration in group
        ),
        validations=tuple(
            MinutesValidation(
                enrolment_id=after.enrolment.id,
                candidate_id=after.enrolment.candidate_id,
                blocks=after.new_blocks,
                register_number=after.register_number,
            )
            for after in settled
            if after.new_blocks
        ),
        adopted_by=held.adopted_by,
        jury_rules=tuple(
            AppliedJuryRules(code=each.code, version=each.version, source=each.source)
            for each in rules
            if each.apply_to(paths)
        ),
        incidents=tuple(
            MinutesIncident(
                kind=each.kind,
                occurred_at=each.occurred_at,
                enrolment_id=each.enrolment_id,
                outcome=each.outcome,
                reason=each.reason,
            )
            for each in await incidents_for_minutes(session, held.id)
        ),
    )
    results = [_results(held, after, grouped[after.enrolment.id], decisions) for after in settled]
    await publish_all(session, [*results, minutes])


def _results(
    held: EvaluationSession,
    after: Settled,
    registrations: Sequence[Registration],
    decisions: dict[UUID, list[Decision]],
) -> Event:
    return ResultsDecidedV1(
        enrolment_id=after.enrolment.id,
        candidate_id=after.enrolment.candidate_id,
        organisation_id=held.organisation_id,
        referential_version=held.referential_version,
        session_id=held.id,
        session_date=held.held_on,
        decided_on=held.deliberated_on or held.held_on,
        place=held.place,
        modalities=tuple(result_of(one, decisions[one.id], with_criteria=True) for one in registrations),
        blocks_enrolled=tuple(after.enrolment.blocks),
        blocks_validated=after.all_blocks,
        register_number=after.register_number,
        policy=held.policy or "",
    )


def _line(registration: Registration, decisions: Sequence[Decision], enrolment: KnownEnrolment) -> MinutesRegistration:
    return MinutesRegistration(
        enrolment_id=enrolment.id,
        candidate_id=enrolment.candidate_id,
        result=result_of(registration, decisions, with_criteria=False),
        overrides=tuple(
            PrintedOverride(
                competency=decision.competency,
                proposed=CompetencyOutcome(decision.proposed),
                decided=CompetencyOutcome(decision.outcome),
                reason=decision.reason or "",
                vote=VoteCount(**decision.vote) if decision.vote else None,
            )
            for decision in ordered(decisions)
            if decision.outcome != decision.proposed
        ),
    )


def _seated(seat: JurySeat, ties: Collection[tuple[UUID, UUID]], enrolments: Collection[UUID]) -> SeatedJuror:
    return SeatedJuror(
        juror_id=seat.juror_id,
        president=seat.president,
        present=bool(seat.present),
        sworn_at=seat.sworn_at,
        recused=tuple(sorted(enrolment for enrolment in enrolments if (seat.juror_id, enrolment) in ties)),
    )


async def _of_session(session: AsyncSession, model: type[T], session_id: UUID) -> Sequence[T]:
    columns: Any = model
    statement = select(model).where(columns.session_id == session_id).order_by(columns.id)
    return (await session.execute(statement)).scalars().all()


async def _locked_enrolments(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, KnownEnrolment]:
    """In the order of ids, so that two sessions that publish at once cannot wait for each other."""
    statement = (
        select(KnownEnrolment).where(col(KnownEnrolment.id).in_(ids)).order_by(col(KnownEnrolment.id)).with_for_update()
    )
    return {enrolment.id: enrolment for enrolment in (await session.execute(statement)).scalars()}
