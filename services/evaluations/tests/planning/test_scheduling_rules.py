"""Plans respect every rule, change as little as possible, and are refused only where there is none."""

import time
from dataclasses import replace
from itertools import combinations

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from services.evaluations.tests.planning.problems import faults, feasible, key, problems, spans

from parchemin.evaluations.planning.checking import Checker
from parchemin.evaluations.planning.explanation import explain
from parchemin.evaluations.planning.rules import (
    Demand,
    Panellist,
    Problem,
    Room,
    Slot,
    Span,
    asks_for_accessible_premises,
    extra_time,
    lengthened,
    openings_of,
)
from parchemin.evaluations.planning.scheduling import make_plan


@settings(max_examples=250)
@given(problems(demands=5, horizon=24, rooms=3, jurors=4))
def test_a_plan_breaks_no_rule_and_forgets_nobody(problem: Problem) -> None:
    plan = make_plan(problem)
    if plan.complete:
        assert faults(problem, plan.slots) == set()
        assert sorted(s.registration_id for s in plan.slots) == sorted(d.registration_id for d in problem.demands)
        assert Checker(problem).all(plan.slots) == []
    else:
        assert plan.slots == ()
        assert explain(problem, plan) != []


@settings(max_examples=150)
@given(problems())
def test_a_small_plan_is_refused_only_where_there_is_none(problem: Problem) -> None:
    plan = make_plan(problem)
    assert plan.complete == feasible(problem)
    assert plan.complete or (plan.proven and explain(problem, plan))


@settings(max_examples=100)
@given(problems(demands=5, horizon=24), st.randoms(use_true_random=False))
def test_the_same_input_gives_the_same_plan_in_whatever_order_it_comes(problem: Problem, chance: object) -> None:
    shuffled = replace(
        problem,
        demands=tuple(chance.sample(problem.demands, len(problem.demands))),  # type: ignore[attr-defined]  # a Random
        rooms=problem.rooms[::-1],
        jury=problem.jury[::-1],
    )
    assert make_plan(shuffled).slots == make_plan(problem).slots


@settings(max_examples=150)
@given(problems(demands=5, horizon=24), st.data())
def test_planning_a_valid_plan_again_changes_nothing(problem: Problem, data: st.DataObject) -> None:
    plan = make_plan(problem)
    assume(plan.complete)
    assert make_plan(problem, data.draw(st.permutations(plan.slots))).slots == plan.slots


@settings(max_examples=120)
@given(problems(demands=4, horizon=8), spans(8, 1), st.integers(0, 1), st.booleans())
@example(  # the slot that was planned first stands in the only place that the new one can have
    problem=Problem(
        openings=(Span(0, 80),),
        rooms=(Room(key(2, 0), 1, True), Room(key(2, 1), 1, False)),
        jury=(Panellist(key(3, 0)), Panellist(key(3, 1))),
        demands=tuple(Demand(key(1, i), key(4, i), 0, 30, accessible=i == 2) for i in range(3)),
        panel_size=1,
        min_graders=1,
    ),
    lost=(Span(30, 80),),
    where=0,
    room=True,
)
def test_after_a_change_as_many_slots_as_possible_stay(
    problem: Problem, lost: tuple[Span, ...], where: int, room: bool
) -> None:
    """All but the last registration are planned; then the last comes, and a room or a juror is lost for a while."""
    first = make_plan(replace(problem, demands=problem.demands[:-1]))
    assume(first.complete)
    if room:
        rooms = [replace(r, closed=(*r.closed, *lost)) if i == where else r for i, r in enumerate(problem.rooms)]
        changed = replace(problem, rooms=tuple(rooms))
    else:
        jury = [replace(j, away=(*j.away, *lost)) if i == where else j for i, j in enumerate(problem.jury)]
        changed = replace(problem, jury=tuple(jury))
    plan = make_plan(changed, first.slots)
    if not plan.complete:
        assert plan.proven
        return
    assert faults(changed, plan.slots) == set()
    kept = set(first.slots) & set(plan.slots)
    holding = [slot for slot in first.slots if not faults(changed, [slot])]
    assert kept <= set(holding)
    for size in range(len(kept) + 1, len(holding) + 1):
        assert not any(_can_keep(changed, chosen) for chosen in combinations(holding, size))


def _can_keep(problem: Problem, kept: tuple[Slot, ...]) -> bool:
    """Whether there is a plan around these slots: they are taken away, and what they take is taken."""
    if faults(problem, kept):
        return False
    held = {slot.registration_id for slot in kept}
    candidates = {demand.registration_id: demand.candidate_id for demand in problem.demands}
    around = replace(
        problem,
        rooms=tuple(
            replace(room, taken=(*room.taken, *(slot.stay for slot in kept if slot.room_id == room.id)))
            for room in problem.rooms
        ),
        jury=tuple(
            replace(juror, away=(*juror.away, *(slot.sitting for slot in kept if juror.id in slot.panel)))
            for juror in problem.jury
        ),
        demands=tuple(
            replace(
                demand,
                elsewhere=tuple(s.stay for s in kept if candidates[s.registration_id] == demand.candidate_id),
            )
            for demand in problem.demands
            if demand.registration_id not in held
        ),
    )
    return feasible(around)


@settings(max_examples=200)
@given(problems(demands=4, horizon=16), st.data())
def test_the_checker_finds_what_the_minutes_tell(problem: Problem, data: st.DataObject) -> None:
    """Slots put anywhere: the product's checker and the one of the tests agree whether something is wrong."""
    slots = []
    for demand in problem.demands:
        start = data.draw(st.integers(0, 16)) * 10
        panel = data.draw(st.sets(st.sampled_from([juror.id for juror in problem.jury]), min_size=1))
        room = data.draw(st.sampled_from([room.id for room in problem.rooms]))
        begins = start + demand.preparation
        slots.append(
            Slot(demand.registration_id, room, start, begins, begins + demand.evaluation, tuple(sorted(panel)))
        )
    assert bool(Checker(problem).all(slots)) == bool(faults(problem, slots))


def hall(candidates: int, jurors: int, rooms: int) -> Problem:
    """A large session over four days: two modalities for each candidate, extra time, conflicts."""
    days = [Span(day * 1440 + 480, day * 1440 + 1080) for day in range(4)]
    breaks = [Span(day * 1440 + 750, day * 1440 + 810) for day in range(4)]
    return Problem(
        openings=openings_of(days, breaks),
        rooms=tuple(Room(key(2, i), 2, i % 3 == 0) for i in range(rooms)),
        jury=tuple(Panellist(key(3, i), (days[i % 4],) if i % 5 == 0 else ()) for i in range(jurors)),
        demands=tuple(
            Demand(
                registration_id=key(1, i),
                candidate_id=key(4, i // 2),
                preparation=20,
                evaluation=lengthened(30, 33 if i % 10 == 0 else 0),
                accessible=i % 17 == 0,
                barred=frozenset({key(3, i % jurors)}) if i % 7 == 0 else frozenset(),
            )
            for i in range(candidates)
        ),
        rest=30,
        panel_size=2,
    )


def test_three_hundred_candidates_are_planned_in_time() -> None:
    problem = hall(300, 30, 10)
    started = time.process_time()
    plan = make_plan(problem)
    assert time.process_time() - started < 2
    assert plan.complete
    assert faults(problem, plan.slots) == set()
    lost = problem.rooms[0]
    changed = replace(problem, rooms=(replace(lost, closed=(Span(0, 1440),)), *problem.rooms[1:]))
    started = time.process_time()
    again = make_plan(changed, plan.slots)
    assert time.process_time() - started < 2
    assert faults(changed, again.slots) == set()
    still = [slot for slot in plan.slots if slot.room_id != lost.id or slot.start >= 1440]
    assert set(still) <= set(again.slots)
    assert len(still) < len(plan.slots)


def day(**changes: object) -> Problem:
    """Two hours, one room, two jurors, one candidate."""
    base = Problem(
        openings=(Span(0, 120),),
        rooms=(Room(key(2, 0), 1, False),),
        jury=(Panellist(key(3, 0)), Panellist(key(3, 1))),
        demands=(Demand(key(1, 0), key(4, 0), 15, 30),),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # members of Problem, by name


def why(problem: Problem) -> dict[str, str]:
    plan = make_plan(problem)
    assert not plan.complete
    return {clash.code: clash.en for clash in explain(problem, plan)}


def test_an_impossible_plan_is_explained_by_what_clashes() -> None:
    assert make_plan(day()).complete
    registration = key(1, 0)
    (demand,) = day().demands
    assert why(day(demands=(replace(demand, accessible=True),))) == {
        "no_accessible_room": f"Registration {registration}: no accessible room."
    }
    assert why(day(openings=(Span(0, 30), Span(60, 90)))) == {
        "window_too_short": f"Registration {registration}: needs 45 min; the longest free window of a room is 30."
    }
    tied = why(day(demands=(replace(demand, barred=frozenset({key(3, 1)})),)))
    assert list(tied) == ["too_few_graders"]
    assert str(key(3, 1)) in tied["too_few_graders"]
    away = why(day(jury=(Panellist(key(3, 0)), Panellist(key(3, 1), (Span(0, 120),)))))
    assert list(away) == ["jury_not_free"]
    assert str(key(3, 1)) in away["jury_not_free"]
    assert list(why(day(demands=(replace(demand, elsewhere=(Span(20, 100),)),)))) == ["candidate_elsewhere"]
    five = tuple(replace(demand, registration_id=key(1, i), candidate_id=key(4, i)) for i in range(5))
    short = why(day(demands=five))
    assert short["room_capacity_short"] == "105 min of rooms are lacking (225 needed, 120 available)."
    assert short["juror_capacity_short"].endswith("30 min are lacking (150 needed, 120 free).")
    three = why(day(demands=five[:2], openings=(Span(0, 89), Span(100, 101)), panel_size=1, min_graders=1))
    assert list(three) == ["no_slot_left"]


def test_no_openings_or_no_rooms_are_explained_too() -> None:
    assert list(why(day(openings=()))) == ["window_too_short"]
    assert list(why(day(rooms=()))) == ["no_room"]


def test_extra_time_is_rounded_up_to_whole_minutes_and_counts_where_it_applies() -> None:
    measures = [
        {"kind": "extra_time", "percent": 33, "applies_to": ["evaluation"]},
        {"kind": "extra_time", "percent": 25, "applies_to": ["evaluation", "preparation"]},
        {"kind": "accessible_premises", "percent": None, "applies_to": ["evaluation"]},
    ]
    assert (lengthened(40, 33), lengthened(30, 10), lengthened(20, 0)) == (54, 33, 20)
    assert (extra_time(measures, "evaluation"), extra_time(measures, "preparation")) == (33, 25)  # type: ignore[arg-type]
    assert asks_for_accessible_premises(measures)
    assert not asks_for_accessible_premises(measures[:2])
