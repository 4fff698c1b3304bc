"""Making a plan, and changing one as little as possible. Pure and deterministic.

Registrations are placed one after the other, the hardest first, each as early as it fits (O(n · (jurors · panel +
rooms) · horizon / 64) bit operations). What finds no place goes to the front and all is placed again, a few times.
Where that fails, a bounded search tries every start of the common raster: for a few registrations it is complete, so
that an impossible plan is known to be one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from math import gcd
from typing import Any
from uuid import UUID

from parchemin.evaluations.planning.board import Board, bits
from parchemin.evaluations.planning.checking import Checker
from parchemin.evaluations.planning.rules import Demand, Problem, Room, Slot

ROUNDS = 10
"""How often all is placed again, with what found no place first."""
TRIALS = 20_000
"""Places that the search tries before it gives up."""
SEARCHED = 50
"""Registrations for which the search is begun at all."""
ALL_SUBSETS = 6
"""Up to so many slots that still hold, every subset of them is tried to be kept."""
RELEASES = 20
"""Above: single slots that are tried to be moved, before halves are."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, or what could not be planned."""

    slots: tuple[Slot, ...]
    """In order of their start; none where the plan failed."""
    unplaced: tuple[Demand, ...] = ()
    proven: bool = False
    """Where the plan failed: whether there is none at all."""

    @property
    def complete(self) -> bool:
        """Whether everyone has a slot."""
        return not self.unplaced


def make_plan(problem: Problem, previous: Iterable[Slot] = ()) -> Plan:
    """A plan in which as many as possible of the previous slots that still hold stay as they are.

    All stay where the others can be placed around them. Otherwise the largest set that lets everyone be placed is
    sought: among all sets up to `ALL_SUBSETS`; above, by moving single slots, and then the latest half, and so on.
    """
    checker, before = Checker(problem), {slot.registration_id: slot for slot in previous}
    holding = _compatible(checker, [slot for slot in before.values() if not checker.alone(slot)])
    plan = _complete(problem, holding, before, ROUNDS)
    if plan.complete or not before:
        return plan
    holding = [slot for slot in before.values() if not checker.alone(slot)]
    anew = _complete(problem, [], before, ROUNDS)
    if anew.proven:
        return anew
    for kept in _keepings(checker, holding):
        plan = _complete(problem, kept, before, 2)
        if plan.complete:
            return plan
    return anew


def _keepings(checker: Checker, holding: Sequence[Slot]) -> Iterator[list[Slot]]:
    """Sets of slots to keep, larger ones first; earlier slots are kept rather than later ones."""
    ordered = sorted(holding, key=_when)
    if len(ordered) <= ALL_SUBSETS:
        for size in range(len(ordered), 0, -1):
            for kept in combinations(ordered, size):
                if not checker.together(kept):
                    yield list(kept)
        return
    base = _compatible(checker, ordered)
    for index in range(len(base) - 1, max(len(base) - 1 - RELEASES, -1), -1):
        yield base[:index] + base[index + 1 :]
    size = len(base) - 2
    while size > 0:
        yield base[:size]
        size = size * 3 // 4


def _compatible(checker: Checker, slots: Iterable[Slot]) -> list[Slot]:
    """Slots that hold beside each other, those that end first before others."""
    ordered = sorted(slots, key=lambda slot: (slot.end, slot.registration_id))
    if not checker.together(ordered):
        return sorted(ordered, key=_when)
    kept: list[Slot] = []
    for slot in ordered:
        if not checker.together([*kept, slot]):
            kept.append(slot)
    return sorted(kept, key=_when)


def _complete(problem: Problem, kept: Sequence[Slot], before: Mapping[UUID, Slot], rounds: int) -> Plan:
    """Place all others around the slots that are kept."""
    held = {slot.registration_id for slot in kept}
    todo = [demand for demand in problem.demands if demand.registration_id not in held]
    if not todo:
        return Plan(tuple(sorted(kept, key=_when)))
    order = sorted(todo, key=_hardest)
    fewest: list[Demand] = order
    for _ in range(rounds):
        slots, left = _place(problem, kept, order, before)
        if not left:
            return Plan(tuple(sorted([*kept, *slots], key=_when)))
        fewest = min(fewest, left, key=len)
        again = [*left, *(demand for demand in order if demand not in left)]
        if again == order:
            break
        order = again
    found, proven = _search(problem, kept, sorted(todo, key=_hardest))
    if found is not None:
        return Plan(tuple(sorted([*kept, *found], key=_when)))
    return Plan((), tuple(sorted(fewest, key=lambda demand: demand.registration_id)), proven)


def _place(
    problem: Problem, kept: Sequence[Slot], order: Sequence[Demand], before: Mapping[UUID, Slot]
) -> tuple[list[Slot], list[Demand]]:
    """Each as it was if that is possible, else in the same place at the same time, else as early as it fits."""
    board = _board(problem, kept)
    slots, left = [], []
    for demand in order:
        slot = _earliest(board, demand, before.get(demand.registration_id))
        if slot is None:
            left.append(demand)
        else:
            board.book(slot, demand.candidate_id)
            slots.append(slot)
    return slots, left


def _earliest(board: Board, demand: Demand, was: Slot | None) -> Slot | None:
    rooms = [(room, starts) for room, starts in board.rooms_for(demand) if starts]
    if not rooms:
        return None
    if was is not None:
        at = was.start - board.origin
        there = [room for room, starts in rooms if at >= 0 and starts >> at & 1]
        if there:
            room = next((room for room in there if room.id == was.room_id), there[0])
            return _slot(board, demand, room, at, _panel(board, demand, at, was.panel))
    room, starts = min(rooms, key=lambda found: next(bits(found[1])))
    at = next(bits(starts))
    return _slot(board, demand, room, at, _panel(board, demand, at, ()))


def _panel(board: Board, demand: Demand, at: int, was: Sequence[UUID]) -> tuple[UUID, ...]:
    """Those who sat, then those who sit least so far."""
    free = sorted(board.free_panel(demand, at), key=lambda juror: (juror not in was, board.load[juror], juror))
    return tuple(sorted(free[: board.problem.panel_minimum(demand)]))


def _search(problem: Problem, kept: Sequence[Slot], order: Sequence[Demand]) -> tuple[list[Slot] | None, bool]:
    """A plan by trying all places, and whether every place was tried.

    If there is a plan there is one in which no slot can begin earlier; all of its times are multiples of the
    greatest common divisor of the times and lengths that are given.
    """
    board, trials, placed = _board(problem, kept), 0, list[Slot]()
    step = _raster(problem, kept, board.origin)
    raster = sum(
        1 << at for at in range(0, max((span.end for span in problem.openings), default=0) - board.origin, step)
    )

    def descend(depth: int) -> bool | None:
        nonlocal trials
        if depth == len(order):
            return True
        demand = order[depth]
        for room, starts in list(board.rooms_for(demand)):
            for at in bits(starts & raster):
                for panel in combinations(board.free_panel(demand, at), problem.panel_minimum(demand)):
                    trials += 1
                    if trials > TRIALS:
                        return None
                    slot = _slot(board, demand, room, at, panel)
                    before = board.remembered(room.id, demand.candidate_id)
                    board.book(slot, demand.candidate_id)
                    placed.append(slot)
                    found = descend(depth + 1)
                    if found is not False:
                        return found
                    board.release(placed.pop(), demand.candidate_id, before)
        return False

    if len(order) > SEARCHED:
        return None, False
    found = descend(0)
    return (placed if found else None), found is False and not kept


def _raster(problem: Problem, kept: Sequence[Slot], origin: int) -> int:
    spans = [
        *problem.openings,
        *(span for room in problem.rooms for span in (*room.closed, *room.taken)),
        *(span for juror in problem.jury for span in juror.away),
        *(span for demand in problem.demands for span in demand.elsewhere),
        *(span for slot in kept for span in (slot.stay, slot.sitting)),
    ]
    edges = [edge - origin for span in spans for edge in (span.start, span.end)]
    lengths = [length for demand in problem.demands for length in (demand.preparation, demand.evaluation)]
    return reduce(gcd, [*edges, *lengths, problem.rest], 0)


def _board(problem: Problem, kept: Iterable[Slot]) -> Board:
    board = Board(problem)
    candidates = {demand.registration_id: demand.candidate_id for demand in problem.demands}
    for slot in kept:
        board.book(slot, candidates[slot.registration_id])
    return board


def _slot(board: Board, demand: Demand, room: Room, at: int, panel: tuple[UUID, ...]) -> Slot:
    start = board.origin + at
    begins = start + demand.preparation
    return Slot(demand.registration_id, room.id, start, begins, begins + demand.evaluation, panel)


def _hardest(demand: Demand) -> tuple[Any, ...]:
    """Those that fit in the fewest places first."""
    return not demand.accessible, -len(demand.elsewhere), -len(demand.barred), -demand.total, demand.registration_id


def _when(slot: Slot) -> tuple[Any, ...]:
    return slot.start, slot.registration_id
