"""Reading the history of some enrolments, a fixed number of queries for each batch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, CriterionLevel
from parchemin.evaluations.awards.models import Award, BlockValidation
from parchemin.evaluations.awards.rules import Recognition
from parchemin.evaluations.deliberation.models import Decision, Override
from parchemin.evaluations.deliberation.rules import Departure
from parchemin.evaluations.enrolments.models import KnownEnrolment, KnownExemption, KnownRecognition
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.incidents.consequences import excluded_registrations
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.replay.rules import Closing, Hearing, History, Recognised, Ruling
from parchemin.evaluations.sessions.models import EvaluationSession

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """An enrolment: its history, and what stands about it."""

    enrolment: KnownEnrolment
    history: History
    decisions: tuple[Decision, ...]
    validations: tuple[BlockValidation, ...]
    awards: tuple[Award, ...]
    """Of the candidate."""


async def records(session: AsyncSession, enrolments: Sequence[KnownEnrolment]) -> list[Record]:
    """The history of these enrolments, as far as it was closed."""
    ids = [enrolment.id for enrolment in enrolments]
    registrations = await _of(session, Registration, "enrolment_id", ids)
    listed = [registration.id for registration in registrations]
    held = {
        one.id: one
        for one in await _of(session, EvaluationSession, "id", {one.session_id for one in registrations})
        if one.closed_at is not None
    }
    excluded = await excluded_registrations(session, listed)
    sheets = _grouped("registration_id", await _of(session, Sheet, "registration_id", listed))
    overrides = _grouped("registration_id", await _of(session, Override, "registration_id", listed))
    decisions = _grouped("enrolment_id", await _of(session, Decision, "enrolment_id", ids))
    exemptions = _grouped("enrolment_id", await _of(session, KnownExemption, "enrolment_id", ids))
    recognitions = _grouped("enrolment_id", await _of(session, KnownRecognition, "enrolment_id", ids))
    validations = _grouped("enrolment_id", await _of(session, BlockValidation, "enrolment_id", ids))
    candidates = {enrolment.candidate_id for enrolment in enrolments}
    awards = _grouped("candidate_id", await _of(session, Award, "candidate_id", candidates))
    hearings: defaultdict[UUID, defaultdict[UUID, list[Hearing]]] = defaultdict(lambda: defaultdict(list))
    for registration in registrations:
        if registration.session_id in held:
            hearing = _hearing(registration, sheets[registration.id], overrides[registration.id], excluded)
            hearings[registration.enrolment_id][registration.session_id].append(hearing)
    return [
        Record(
            enrolment=enrolment,
            history=History(
                enrolment_id=enrolment.id,
                blocks=frozenset(enrolment.blocks),
                exemptions={one.competency: one.learned_at for one in exemptions[enrolment.id]},
                closings=tuple(_closings(held, hearings[enrolment.id])),
                rulings=tuple(_rulings(decisions[enrolment.id])),
                recognitions=tuple(
                    Recognised(known.learned_at, Recognition(known.block, known.decided_on, known.session_id))
                    for known in recognitions[enrolment.id]
                ),
            ),
            decisions=tuple(decisions[enrolment.id]),
            validations=tuple(validations[enrolment.id]),
            awards=tuple(awards[enrolment.candidate_id]),
        )
        for enrolment in enrolments
    ]


def _hearing(
    registration: Registration, sheets: Iterable[Sheet], overrides: Iterable[Override], excluded: set[UUID]
) -> Hearing:
    return Hearing(
        registration_id=registration.id,
        modality=registration.modality,
        attendance=Attendance(registration.attendance or Attendance.ABSENT),
        excluded=registration.id in excluded,
        sheets=tuple(
            {entry["criterion"]: CriterionLevel(entry["level"]) for entry in sheet.levels}
            for sheet in sheets
            if sheet.state == "signed"
        ),
        departures={one.competency: Departure(one.acquired, one.reason, one.vote) for one in overrides},
    )


def _closings(held: Mapping[UUID, EvaluationSession], hearings: Mapping[UUID, Sequence[Hearing]]) -> Iterable[Closing]:
    for session_id, heard in hearings.items():
        closed = held[session_id]
        if closed.closed_at is not None:
            yield Closing(
                session_id=session_id,
                at=closed.closed_at,
                decided_on=closed.deliberated_on or closed.held_on,
                published=closed.published_at is not None,
                hearings=tuple(heard),
            )


def _rulings(decisions: Iterable[Decision]) -> Iterable[Ruling]:
    for decision in decisions:
        if decision.number > 1:
            yield Ruling(
                at=decision.created_at,
                session_id=decision.session_id,
                registration_id=decision.registration_id,
                competency=decision.competency,
                acquired=decision.outcome == CompetencyOutcome.ACQUIRED,
                decided_on=decision.decided_on,
            )


async def _of(session: AsyncSession, model: type[T], column: str, values: Iterable[object]) -> Sequence[T]:
    found = select(model).where(getattr(model, column).in_(list(values)))
    return (await session.execute(found)).scalars().all()


def _grouped(column: str, rows: Iterable[T]) -> defaultdict[Any, list[T]]:
    grouped: defaultdict[Any, list[T]] = defaultdict(list)
    for row in rows:
        grouped[getattr(row, column)].append(row)
    return grouped


async def next_enrolments(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[KnownEnrolment]:
    """The next enrolments in the order of their ids."""
    statement = select(KnownEnrolment).order_by(col(KnownEnrolment.id)).limit(limit)
    if after is not None:
        statement = statement.where(col(KnownEnrolment.id) > after)
    return (await session.execute(statement)).scalars().all()
