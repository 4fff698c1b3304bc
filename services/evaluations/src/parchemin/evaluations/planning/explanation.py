"""Why there is no plan: each clash that can be named. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from parchemin.evaluations.planning.board import Board, runs
from parchemin.evaluations.planning.checking import Clash, clash_about
from parchemin.evaluations.planning.rules import Demand, Problem
from parchemin.evaluations.planning.scheduling import Plan


def explain(problem: Problem, plan: Plan) -> list[Clash]:
    """What makes the plan impossible: for single registrations, else for all together, else who is left over."""
    board = Board(problem)
    single = [clash for demand in problem.demands for clash in _alone(problem, board, demand)]
    if single:
        return single
    shortfalls = list(_shortfalls(problem, board))
    if shortfalls:
        return shortfalls
    why = ("aucune combinaison ne convient", "no combination fits") if plan.proven else ("", "")
    return [
        clash_about(
            "no_slot_left",
            demand,
            f"aucun créneau de {demand.total} min à côté des autres" + (f" ; {why[0]}" if why[0] else ""),
            f"no slot of {demand.total} min beside the others" + (f"; {why[1]}" if why[1] else ""),
        )
        for demand in plan.unplaced
    ]


def _alone(problem: Problem, board: Board, demand: Demand) -> Iterator[Clash]:
    """Why this registration could not be planned even if it were the only one."""
    needed, fit = problem.panel_minimum(demand), problem.free_of_conflict(demand)
    if len(fit) < needed:
        tied = ", ".join(str(juror.id) for juror in problem.jury if juror.id in demand.barred)
        yield clash_about(
            "too_few_graders",
            demand,
            f"{len(fit)} juré(s) sur {needed} nécessaires sans conflit d'intérêts"
            + (f" (en conflit : {tied})" if tied else ""),
            f"{len(fit)} juror(s) of {needed} needed without a conflict of interest"
            + (f" (in conflict: {tied})" if tied else ""),
        )
        return
    rooms = [room for room in problem.rooms if room.accessible or not demand.accessible]
    if not rooms:
        missing = ("no_accessible_room", "aucune salle accessible", "no accessible room")
        if not problem.rooms:
            missing = ("no_room", "aucune salle au plan", "no room in the plan")
        yield clash_about(missing[0], demand, *missing[1:])
        return
    longest = max(_longest(board.room_free(room.id)) for room in rooms)
    if longest < demand.total:
        yield clash_about(
            "window_too_short",
            demand,
            f"demande {demand.total} min ; la plus longue plage libre d'une salle en compte {longest}",
            f"needs {demand.total} min; the longest free window of a room is {longest}",
        )
        return
    if not any(starts for _, starts in board.rooms_for(demand)):
        yield from _never(problem, board, demand)


def _never(problem: Problem, board: Board, demand: Demand) -> Iterator[Clash]:
    """Rooms are free for long enough, and there are jurors, but not at the same time."""
    at_home = replace(demand, candidate_id=demand.registration_id, elsewhere=())
    if any(starts for _, starts in board.rooms_for(at_home)):
        yield clash_about(
            "candidate_elsewhere",
            demand,
            "les passages du candidat dans d'autres sessions ne laissent aucun créneau",
            "the candidate's slots in other sessions leave none here",
        )
        return
    away = [juror for juror in problem.free_of_conflict(demand) if not board.panel_starts_of(juror, demand)]
    named = ", ".join(map(str, away))
    yield clash_about(
        "jury_not_free",
        demand,
        f"jamais {problem.panel_minimum(demand)} juré(s) libres ensemble pendant {demand.evaluation} min"
        + (f" (jamais libres : {named})" if named else ""),
        f"never {problem.panel_minimum(demand)} juror(s) free together for {demand.evaluation} min"
        + (f" (never free: {named})" if named else ""),
    )


def _shortfalls(problem: Problem, board: Board) -> Iterator[Clash]:
    """Minutes that are lacking whatever the order."""
    demands = problem.demands
    yield from _short(
        "room_capacity_short", "salles", "rooms", sum(d.total for d in demands), _room_minutes(board, problem)
    )
    if any(room.accessible for room in problem.rooms):
        accessible = replace(problem, rooms=tuple(room for room in problem.rooms if room.accessible))
        yield from _short(
            "accessible_capacity_short",
            "salles accessibles",
            "accessible rooms",
            sum(d.total for d in demands if d.accessible),
            _room_minutes(board, accessible),
        )
    yield from _short(
        "jury_capacity_short",
        "jurés",
        "jurors",
        sum(d.evaluation * problem.panel_minimum(d) for d in demands),
        sum(board.juror_minutes().values()),
    )
    if problem.panel_size is None:
        for juror, minutes in sorted(board.juror_minutes().items()):
            needed = sum(d.evaluation for d in demands if juror not in d.barred)
            if needed > minutes:
                lack = needed - minutes
                yield Clash(
                    "juror_capacity_short",
                    f"/jurors/{juror}",
                    f"Juré {juror} : il manque {lack} min ({needed} nécessaires, {minutes} libres).",
                    f"Juror {juror}: {lack} min are lacking ({needed} needed, {minutes} free).",
                )


def _short(code: str, fr: str, en: str, needed: int, there: int) -> Iterable[Clash]:
    if needed <= there:
        return []
    lack = needed - there
    return [
        Clash(
            code,
            "/timetable",
            f"Il manque {lack} min de {fr} ({needed} nécessaires, {there} disponibles).",
            f"{lack} min of {en} are lacking ({needed} needed, {there} available).",
        )
    ]


def _room_minutes(board: Board, of: Problem) -> int:
    return sum(board.place_minutes(room.id) for room in of.rooms)


def _longest(free: int) -> int:
    """The length of the longest run, by halving."""
    low, high = 0, free.bit_length()
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if runs(free, middle) else (low, middle - 1)
    return low
