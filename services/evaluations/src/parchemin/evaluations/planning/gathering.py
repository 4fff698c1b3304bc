"""All that a plan must respect, from the tables."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.database import lock_number
from parchemin.common.statements import is_sqlite
from parchemin.contracts.vocabulary import MeasureScope, SessionState
from parchemin.evaluations.deliberation.session_findings import registrations_of
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.enrolments.rules import holding
from parchemin.evaluations.places.models import Closure, Place, Room, Unavailability
from parchemin.evaluations.planning import rules
from parchemin.evaluations.planning.checking import Clash
from parchemin.evaluations.planning.errors import PlanImpossible, said
from parchemin.evaluations.planning.local_time import instant_of, minute_from, minute_of, minute_up_to
from parchemin.evaluations.planning.models import Slot, SlotJuror, Timetable, TimetableRoom
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.conflicts import conflicting_pairs
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat
from parchemin.evaluations.settings import Settings


@dataclass(frozen=True, slots=True)
class Gathered:
    """The problem of a session, its registrations, and the slots that it has."""

    problem: rules.Problem
    registrations: dict[UUID, Registration]
    slots: dict[UUID, Slot]
    """By registration."""
    panels: dict[UUID, tuple[UUID, ...]]
    """By slot; those who sit."""

    def previous(self) -> list[rules.Slot]:
        """The slots as the rules see them."""
        return [as_rule(slot, self.panels.get(slot.id, ())) for slot in self.slots.values()]


def as_rule(slot: Slot, panel: Iterable[UUID]) -> rules.Slot:
    """A stored slot as the rules see it."""
    return rules.Slot(
        slot.registration_id,
        slot.room_id,
        minute_from(slot.preparation_starts_at),
        minute_from(slot.evaluation_starts_at),
        minute_from(slot.ends_at),
        tuple(sorted(panel)),
    )


async def lock_planning(session: AsyncSession, organisation_id: UUID) -> None:
    """One plan of an organisation at a time: rooms, jurors and candidates are shared by its sessions.

    Taken before the lock of the session. SQLite lets one transaction write anyway.
    """
    if not is_sqlite(session):
        await session.execute(select(func.pg_advisory_xact_lock(lock_number(f"planning:{organisation_id}"))))


async def gather(session: AsyncSession, held: EvaluationSession, timetable: Timetable, settings: Settings) -> Gathered:
    """A fixed number of statements, whatever the size of the session."""
    openings = openings_of(timetable.days, ZoneInfo(settings.time_zone))
    horizon = (instant_of(openings[0].start), instant_of(openings[-1].end)) if openings else None
    registrations = await registrations_of(session, held.id)
    enrolments = await _enrolments(session, registrations)
    seats = select(col(JurySeat.juror_id)).where(col(JurySeat.session_id) == held.id)
    jurors = list((await session.execute(seats)).scalars())
    rooms = await _rooms(session, held.id)
    room_ids = [room.id for room in rooms]
    candidates = {enrolment.candidate_id for enrolment in enrolments.values()}
    closed = await _windows(session, select(Closure).where(col(Closure.room_id).in_(room_ids)), Closure, horizon)
    away = await _windows(
        session, select(Unavailability).where(col(Unavailability.juror_id).in_(jurors)), Unavailability, horizon
    )
    taken, sitting, elsewhere = await _others(session, held, room_ids, jurors, candidates, horizon)
    slots, panels = await slots_of(session, held.id)
    conflicts = await conflicting_pairs(session, jurors)
    barred: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for juror, enrolment in conflicts:
        barred[enrolment].add(juror)
    lengths = {entry["modality"]: entry for entry in timetable.durations}
    _require_durations(registrations, lengths)
    problem = rules.Problem(
        openings=openings,
        rooms=tuple(
            rules.Room(
                room.id,
                room.capacity,
                room.accessible,
                tuple(_span(c.starts_at, c.ends_at) for c in closed if c.room_id == room.id),
                tuple(taken[room.id]),
            )
            for room in rooms
        ),
        jury=tuple(
            rules.Panellist(
                juror,
                (*(_span(a.starts_at, a.ends_at) for a in away if a.juror_id == juror), *sitting[juror]),
            )
            for juror in jurors
        ),
        demands=tuple(
            _demand(
                registration,
                enrolments[registration.enrolment_id],
                lengths[registration.modality],
                barred[registration.enrolment_id],
                elsewhere[enrolments[registration.enrolment_id].candidate_id],
                held.held_on,
            )
            for registration in registrations
        ),
        rest=timetable.rest_minutes,
        panel_size=timetable.panel_size,
        min_graders=settings.min_graders,
    )
    return Gathered(problem, {registration.id: registration for registration in registrations}, slots, panels)


def openings_of(days: Iterable[dict[str, Any]], zone: ZoneInfo) -> tuple[rules.Span, ...]:
    """The opening hours less the breaks. Raises what `minute_of` raises."""
    hours, breaks = [], []
    for day in days:
        on = date.fromisoformat(day["date"])

        def span(starts: str, ends: str, on: date = on) -> rules.Span:
            return rules.Span(
                minute_of(on, time.fromisoformat(starts), zone), minute_of(on, time.fromisoformat(ends), zone)
            )

        hours.append(span(day["opens"], day["closes"]))
        breaks += [span(pause["starts"], pause["ends"]) for pause in day["breaks"]]
    return rules.openings_of(hours, breaks)


async def slots_of(session: AsyncSession, session_id: UUID) -> tuple[dict[UUID, Slot], dict[UUID, tuple[UUID, ...]]]:
    """The session's slots by registration, and who sits by slot."""
    rows = (await session.execute(select(Slot).where(col(Slot.session_id) == session_id))).scalars().all()
    return {slot.registration_id: slot for slot in rows}, await panels_of(session, [slot.id for slot in rows])


async def panels_of_session(session: AsyncSession, session_id: UUID) -> dict[UUID, tuple[UUID, ...]]:
    """Who is to hear each registration of a session that has its slot, by registration."""
    statement = select(col(Slot.id), col(Slot.registration_id)).where(col(Slot.session_id) == session_id)
    slots: dict[UUID, UUID] = {row.id: row.registration_id for row in await session.execute(statement)}
    return {slots[slot_id]: panel for slot_id, panel in (await panels_of(session, list(slots))).items()}


async def panels_of(session: AsyncSession, slot_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Who sits, by slot."""
    panels: defaultdict[UUID, list[UUID]] = defaultdict(list)
    statement = select(col(SlotJuror.slot_id), col(SlotJuror.juror_id)).where(
        col(SlotJuror.slot_id).in_(slot_ids), col(SlotJuror.sits)
    )
    for slot_id, juror_id in await session.execute(statement.order_by(col(SlotJuror.juror_id))):
        panels[slot_id].append(juror_id)
    return {slot_id: tuple(sorted(panel)) for slot_id, panel in panels.items()}


async def _enrolments(session: AsyncSession, registrations: Sequence[Registration]) -> dict[UUID, KnownEnrolment]:
    ids = {registration.enrolment_id for registration in registrations}
    rows = await session.execute(select(KnownEnrolment).where(col(KnownEnrolment.id).in_(ids)))
    return {enrolment.id: enrolment for enrolment in rows.scalars()}


async def _rooms(session: AsyncSession, session_id: UUID) -> Sequence[Room]:
    statement = (
        select(Room)
        .join(TimetableRoom, col(TimetableRoom.room_id) == col(Room.id))
        .join(Place, col(Place.id) == col(Room.place_id))
        .where(col(TimetableRoom.session_id) == session_id, col(Room.active), col(Place.active))
    )
    return (await session.execute(statement)).scalars().all()


Horizon = tuple[datetime, datetime] | None


async def _windows(session: AsyncSession, statement: Select[Any], model: Any, horizon: Horizon) -> Sequence[Any]:
    if horizon is None:
        return []
    within = statement.where(model.ends_at > horizon[0], model.starts_at < horizon[1])
    return list((await session.execute(within)).scalars())


async def _others(
    session: AsyncSession,
    held: EvaluationSession,
    rooms: Collection[UUID],
    jurors: Collection[UUID],
    candidates: Collection[UUID],
    horizon: Horizon,
) -> tuple[defaultdict[UUID, list[rules.Span]], ...]:
    """What other sessions take: of rooms, of jurors, of candidates."""
    taken, sitting, elsewhere = (defaultdict[UUID, list[rules.Span]](list) for _ in range(3))
    if horizon is None:
        return taken, sitting, elsewhere
    other = (
        col(Slot.session_id) != held.id,
        col(EvaluationSession.state) != SessionState.CANCELLED,
        col(Slot.organisation_id) == held.organisation_id,
    )
    near = (col(Slot.ends_at) > horizon[0], col(Slot.preparation_starts_at) < horizon[1])
    stay = (col(Slot.preparation_starts_at), col(Slot.ends_at))
    of_session = col(EvaluationSession.id) == col(Slot.session_id)
    in_rooms = select(col(Slot.room_id), *stay).join(EvaluationSession, of_session).where(*other, *near)
    for room, start, end in await session.execute(in_rooms.where(col(Slot.room_id).in_(rooms))):
        taken[room].append(_span(start, end))
    of_jurors = (
        select(col(SlotJuror.juror_id), col(Slot.evaluation_starts_at), col(Slot.ends_at))
        .join(Slot, col(Slot.id) == col(SlotJuror.slot_id))
        .join(EvaluationSession, of_session)
        .where(*other, *near, col(SlotJuror.juror_id).in_(jurors), col(SlotJuror.sits))
    )
    for juror, start, end in await session.execute(of_jurors):
        sitting[juror].append(_span(start, end))
    of_candidates = (
        select(col(KnownEnrolment.candidate_id), *stay)
        .join(Slot, col(Slot.enrolment_id) == col(KnownEnrolment.id))
        .join(EvaluationSession, of_session)
        .where(*other, col(KnownEnrolment.candidate_id).in_(candidates))
    )
    for candidate, start, end in await session.execute(of_candidates):
        elsewhere[candidate].append(_span(start, end))
    return taken, sitting, elsewhere


def _demand(
    registration: Registration,
    enrolment: KnownEnrolment,
    length: dict[str, Any],
    barred: Iterable[UUID],
    elsewhere: Iterable[rules.Span],
    day: date,
) -> rules.Demand:
    measures = holding(enrolment.measures, day)
    return rules.Demand(
        registration_id=registration.id,
        candidate_id=enrolment.candidate_id,
        preparation=rules.lengthened(
            length["preparation_minutes"], rules.extra_time(measures, MeasureScope.PREPARATION)
        ),
        evaluation=rules.lengthened(length["evaluation_minutes"], rules.extra_time(measures, MeasureScope.EVALUATION)),
        accessible=rules.asks_for_accessible_premises(measures),
        barred=frozenset(barred),
        elsewhere=tuple(elsewhere),
    )


def _require_durations(registrations: Iterable[Registration], lengths: Collection[str]) -> None:
    missing = sorted({registration.modality for registration in registrations} - set(lengths))
    clashes = [
        Clash(
            "duration_missing",
            "/timetable",
            f"Le calendrier ne dit pas la durée de {modality}.",
            f"The timetable does not say how long {modality} is.",
        )
        for modality in missing
    ]
    if clashes:
        raise PlanImpossible(count=len(clashes), faults=said(clashes))


def _span(start: datetime, end: datetime) -> rules.Span:
    return rules.Span(minute_from(start), minute_up_to(end))
