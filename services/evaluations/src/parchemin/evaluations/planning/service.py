"""Use cases about the plan of a session."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.ownership import one, owned
from parchemin.common.problems import FieldFault, NotFound
from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.places.models import Room
from parchemin.evaluations.planning import rules
from parchemin.evaluations.planning.checking import Checker, Clash
from parchemin.evaluations.planning.errors import (
    PlanImpossible,
    SlotClashes,
    TimetableFaulty,
    TimetableMissing,
    said,
)
from parchemin.evaluations.planning.explanation import explain
from parchemin.evaluations.planning.gathering import Gathered, as_rule, gather, lock_planning
from parchemin.evaluations.planning.local_time import (
    LocalTimeMissing,
    LocalTimeTwice,
    instant_of,
    minute_from,
    minute_of,
)
from parchemin.evaluations.planning.models import Slot, SlotJuror, Timetable, TimetableRoom
from parchemin.evaluations.planning.scheduling import make_plan
from parchemin.evaluations.planning.schemas import PlanView, SlotMove, TimetableEntry
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import locked_session, require_state
from parchemin.evaluations.settings import Settings

PLANNED_IN = (SessionState.DRAFT, SessionState.OPEN, SessionState.RUNNING)
"""While the session runs, too: a room is lost or a juror away on the day itself."""


async def set_timetable(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    entry: TimetableEntry,
    expected: int,
    settings: Settings,
) -> EvaluationSession:
    """Say within what the session is planned. Slots stay until it is planned again."""
    held = await locked_session(session, principal, session_id)
    require_version(held, expected)
    require_state(held, *PLANNED_IN)
    await _require_sound(session, principal, held, entry, settings)
    values = entry.model_dump(mode="json", exclude={"rooms"})
    timetable = await session.get(Timetable, held.id)
    if timetable is None:
        session.add(Timetable(session_id=held.id, **values))
    else:
        for name, value in values.items():
            setattr(timetable, name, value)
    await session.execute(delete(TimetableRoom).where(col(TimetableRoom.session_id) == held.id))
    await session.flush()
    session.add_all(TimetableRoom(session_id=held.id, room_id=room) for room in entry.rooms)
    held.updated_at = utc_now()
    return held


async def timetable_of(session: AsyncSession, session_id: UUID) -> tuple[Timetable, list[UUID]]:
    """The timetable of a session that the caller may see, and its rooms; 404 where it has none."""
    timetable = await session.get(Timetable, session_id)
    if timetable is None:
        raise NotFound
    rooms = select(col(TimetableRoom.room_id)).where(col(TimetableRoom.session_id) == session_id)
    return timetable, sorted((await session.execute(rooms)).scalars())


async def plan_slots(session: AsyncSession, principal: Principal, session_id: UUID, settings: Settings) -> PlanView:
    """Give every registration a slot, and move as few as possible of those that there are."""
    await lock_planning(session, principal.organisation)
    held = await locked_session(session, principal, session_id)
    require_state(held, *PLANNED_IN)
    gathered = await _gathered(session, held, settings)
    previous = gathered.previous()
    plan = await asyncio.to_thread(make_plan, gathered.problem, previous)
    if not plan.complete:
        clashes = explain(gathered.problem, plan)
        raise PlanImpossible(count=len(clashes), faults=said(clashes))
    kept = set(previous) & set(plan.slots)
    await _save(session, held, gathered, [slot for slot in plan.slots if slot not in kept])
    added = sum(slot.registration_id not in gathered.slots for slot in plan.slots)
    return PlanView(slots=len(plan.slots), kept=len(kept), moved=len(plan.slots) - len(kept) - added, added=added)


async def move_slot(
    session: AsyncSession, principal: Principal, slot_id: UUID, move: SlotMove, expected: int, settings: Settings
) -> Slot:
    """Put one slot elsewhere, by the same rules; what it would clash with is named."""
    await lock_planning(session, principal.organisation)
    known = await one(session, owned(Slot, principal), Slot, slot_id)
    held = await locked_session(session, principal, known.session_id)
    require_state(held, *PLANNED_IN)
    gathered = await _gathered(session, held, settings)
    slot = gathered.slots[known.registration_id]
    require_version(slot, expected)
    demand = next(d for d in gathered.problem.demands if d.registration_id == slot.registration_id)
    start = minute_from(move.preparation_starts_at)
    panel = gathered.panels.get(slot.id, ()) if move.panel is None else tuple(sorted(set(move.panel)))
    begins = start + demand.preparation
    moved = rules.Slot(slot.registration_id, move.room_id, start, begins, begins + demand.evaluation, panel)
    clashes = _clashes_of(gathered, moved)
    if clashes:
        raise SlotClashes(faults=said(clashes))
    if moved != as_rule(slot, gathered.panels.get(slot.id, ())):
        await _save(session, held, gathered, [moved])
    return slot


async def plan_clashes(session: AsyncSession, held: EvaluationSession, settings: Settings) -> list[Clash]:
    """What is wrong with the session's plan as things stand now; the caller holds the session."""
    gathered = await _gathered(session, held, settings)
    return Checker(gathered.problem).all(gathered.previous())


async def _gathered(session: AsyncSession, held: EvaluationSession, settings: Settings) -> Gathered:
    timetable = await session.get(Timetable, held.id)
    if timetable is None:
        raise TimetableMissing
    return await gather(session, held, timetable, settings)


def _clashes_of(gathered: Gathered, moved: rules.Slot) -> list[Clash]:
    """Those that come with the slot: others may clash among themselves already, until they are planned again."""
    checker = Checker(gathered.problem)
    others = [slot for slot in gathered.previous() if slot.registration_id != moved.registration_id]
    before = set(checker.together(others))
    return [*checker.alone(moved), *(clash for clash in checker.together([*others, moved]) if clash not in before)]


async def _save(
    session: AsyncSession, held: EvaluationSession, gathered: Gathered, changed: Sequence[rules.Slot]
) -> None:
    now, rows = utc_now(), list[tuple[Slot, rules.Slot]]()
    for planned in changed:
        registration = gathered.registrations[planned.registration_id]
        times: dict[str, Any] = {
            "room_id": planned.room_id,
            "preparation_starts_at": instant_of(planned.start),
            "evaluation_starts_at": instant_of(planned.begins),
            "ends_at": instant_of(planned.end),
        }
        slot = gathered.slots.get(planned.registration_id)
        if slot is None:
            slot = Slot(
                organisation_id=held.organisation_id,
                session_id=held.id,
                registration_id=registration.id,
                enrolment_id=registration.enrolment_id,
                modality=registration.modality,
                **times,
            )
            session.add(slot)
        else:
            for name, value in times.items():
                setattr(slot, name, value)
            slot.updated_at = now
        rows.append((slot, planned))
    await session.flush()
    await _seat(session, held, rows)


async def _seat(session: AsyncSession, held: EvaluationSession, rows: Sequence[tuple[Slot, rules.Slot]]) -> None:
    """Who leaves a panel stays known as such, unless nobody was told yet."""
    statement = select(SlotJuror).where(col(SlotJuror.slot_id).in_([slot.id for slot, _ in rows]))
    known = {(seat.slot_id, seat.juror_id): seat for seat in (await session.execute(statement)).scalars()}
    for slot, planned in rows:
        for juror in planned.panel:
            if (slot.id, juror) not in known:
                session.add(SlotJuror(slot_id=slot.id, juror_id=juror))
    panels = {slot.id: planned.panel for slot, planned in rows}
    for (slot_id, juror_id), seat in known.items():
        seat.sits = juror_id in panels[slot_id]
        if not seat.sits and held.state == SessionState.DRAFT:
            await session.delete(seat)


async def _require_sound(
    session: AsyncSession, principal: Principal, held: EvaluationSession, entry: TimetableEntry, settings: Settings
) -> None:
    usable = owned(Room, principal).where(col(Room.id).in_(entry.rooms)).with_only_columns(col(Room.id))
    known = set((await session.execute(usable)).scalars())
    faults = [
        FieldFault(f"/rooms/{i}", "unknown_room", Text("Cette salle n'existe pas.", "This room does not exist."))
        for i, room in enumerate(entry.rooms)
        if room not in known
    ]
    faults += [
        FieldFault(
            f"/durations/{i}/modality",
            "modality_not_held",
            Text("La session n'organise pas cette modalité.", "The session does not hold this modality."),
        )
        for i, duration in enumerate(entry.durations)
        if duration.modality not in held.modalities
    ]
    if entry.panel_size is not None and entry.panel_size < settings.min_graders:
        minimum = settings.min_graders
        text = Text(f"Au moins {minimum} jurés évaluent.", f"At least {minimum} jurors grade.")
        faults.append(FieldFault("/panel_size", "too_few_graders", text))
    faults += _clock_faults(entry, ZoneInfo(settings.time_zone))
    if faults:
        raise TimetableFaulty(faults=faults)


def _clock_faults(entry: TimetableEntry, zone: ZoneInfo) -> Iterator[FieldFault]:
    """Hours that the school's clocks skip on that day, or show twice."""
    for pointer, day, at in _hours(entry):
        try:
            minute_of(day, time.fromisoformat(at), zone)
        except LocalTimeMissing:
            text = Text("Cette heure n'existe pas ce jour-là.", "This hour does not exist on that day.")
            yield FieldFault(pointer, "local_time_missing", text)
        except LocalTimeTwice:
            text = Text("Cette heure revient deux fois ce jour-là.", "This hour comes twice on that day.")
            yield FieldFault(pointer, "local_time_twice", text)


def _hours(entry: TimetableEntry) -> Iterable[tuple[str, date, str]]:
    for i, day in enumerate(entry.days):
        yield f"/days/{i}/opens", day.date, day.opens
        yield f"/days/{i}/closes", day.date, day.closes
        for j, pause in enumerate(day.breaks):
            yield f"/days/{i}/breaks/{j}/starts", day.date, pause.starts
            yield f"/days/{i}/breaks/{j}/ends", day.date, pause.ends
