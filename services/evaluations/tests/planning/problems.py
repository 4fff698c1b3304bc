"""Problems of planning for the tests, and a checker that knows nothing of the product's: minute by minute."""

from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from uuid import UUID

from hypothesis import strategies as st

from parchemin.evaluations.planning.rules import Demand, Panellist, Problem, Room, Slot, Span

STEP = 10
"""All times of the small problems are multiples of it."""


def key(kind: int, number: int) -> UUID:
    return UUID(int=kind << 32 | number + 1)


def minutes(span: Span) -> range:
    return range(span.start, span.end)


def faults(problem: Problem, slots: Iterable[Slot]) -> set[str]:  # noqa: PLR0912 - one branch for each rule
    """What a plan breaks: every minute of every slot is looked at."""
    found: set[str] = set()
    demands = {demand.registration_id: demand for demand in problem.demands}
    rooms = {room.id: room for room in problem.rooms}
    jury = {juror.id: juror for juror in problem.jury}
    opened = {minute for span in problem.openings for minute in minutes(span)}
    usage: Counter[tuple[UUID, int]] = Counter()
    for room in problem.rooms:
        usage.update((room.id, minute) for span in room.taken for minute in minutes(span))
    busy: Counter[tuple[UUID, int]] = Counter()
    stays: dict[UUID, list[Span]] = {}
    for slot in slots:
        demand, room = demands[slot.registration_id], rooms[slot.room_id]
        if slot.begins - slot.start != demand.preparation or slot.end - slot.begins != demand.evaluation:
            found.add("duration")
        if not set(minutes(slot.stay)) <= opened:
            found.add("opening")
        if any(minute in minutes(span) for minute in minutes(slot.stay) for span in room.closed):
            found.add("closed")
        if demand.accessible and not room.accessible:
            found.add("accessible")
        usage.update((room.id, minute) for minute in minutes(slot.stay))
        if any(usage[room.id, minute] > room.capacity for minute in minutes(slot.stay)):
            found.add("capacity")
        fit = {juror for juror in jury if juror not in demand.barred}
        if not set(slot.panel) <= fit or len(set(slot.panel)) < len(slot.panel):
            found.add("panel")
        if len(slot.panel) < (problem.panel_size or max(problem.min_graders, len(fit))):
            found.add("graders")
        for juror in slot.panel:
            busy.update((juror, minute) for minute in minutes(slot.sitting))
            if any(minute in minutes(span) for minute in minutes(slot.sitting) for span in jury[juror].away):
                found.add("away")
        stays.setdefault(demand.candidate_id, [*demand.elsewhere]).append(slot.stay)
    if any(count > 1 for count in busy.values()):
        found.add("juror twice")
    for demand in problem.demands:
        ordered = sorted(stays.get(demand.candidate_id, []))
        mine = [span for span in ordered if span not in demand.elsewhere or ordered.count(span) > 1]
        for one in mine:
            for other in ordered:
                if one is not other and one.start < other.end + problem.rest and other.start < one.end + problem.rest:
                    found.add("rest")
    return found


def feasible(problem: Problem) -> bool:
    """Whether there is any plan, by trying all on the raster."""

    def panels(demand: Demand) -> list[tuple[UUID, ...]]:
        fit = sorted(juror.id for juror in problem.jury if juror.id not in demand.barred)
        return list(combinations(fit, problem.panel_size or max(problem.min_graders, len(fit))))

    def places(demand: Demand) -> list[Slot]:
        end = max((span.end for span in problem.openings), default=0)
        found = []
        for room in problem.rooms:
            for start in range(0, end, STEP):
                for panel in panels(demand):
                    begins = start + demand.preparation
                    slot = Slot(demand.registration_id, room.id, start, begins, begins + demand.evaluation, panel)
                    if not faults(problem, [slot]):
                        found.append(slot)
        return found

    options = [places(demand) for demand in problem.demands]

    def descend(chosen: list[Slot]) -> bool:
        if len(chosen) == len(options):
            return True
        return any(descend([*chosen, slot]) for slot in options[len(chosen)] if not faults(problem, [*chosen, slot]))

    return all(options) and descend([])


def spans(longest: int, most: int) -> st.SearchStrategy[tuple[Span, ...]]:
    one = st.tuples(st.integers(0, longest - 1), st.integers(1, 4)).map(
        lambda pair: Span(pair[0] * STEP, (pair[0] + pair[1]) * STEP)
    )
    return st.lists(one, max_size=most).map(tuple)


@st.composite
def problems(draw: st.DrawFn, *, demands: int = 3, horizon: int = 10, rooms: int = 2, jurors: int = 3) -> Problem:
    """A small problem, often a tight one."""
    pause = draw(st.integers(2, horizon))
    openings = (Span(0, pause * STEP), Span((pause + 1) * STEP, (horizon + 1) * STEP))
    jury = [Panellist(key(3, i), draw(spans(horizon, 1))) for i in range(draw(st.integers(2, jurors)))]
    return Problem(
        openings=openings if draw(st.booleans()) else openings[:1],
        rooms=tuple(
            Room(
                key(2, i),
                draw(st.integers(1, 2)),
                draw(st.booleans()),
                draw(spans(horizon, 1)),
                draw(spans(horizon, 1)),
            )
            for i in range(draw(st.integers(1, rooms)))
        ),
        jury=tuple(jury),
        demands=tuple(
            Demand(
                registration_id=key(1, i),
                candidate_id=key(4, draw(st.integers(0, 2))),
                preparation=draw(st.integers(0, 2)) * STEP,
                evaluation=draw(st.integers(1, 3)) * STEP,
                accessible=draw(st.integers(0, 3)) == 0,
                barred=frozenset(juror.id for juror in jury if draw(st.integers(0, 4)) == 0),
            )
            for i in range(draw(st.integers(1, demands)))
        ),
        rest=draw(st.integers(0, 1)) * STEP,
        panel_size=draw(st.sampled_from([None, 1, 2])),
        min_graders=draw(st.integers(1, 2)),
    )
