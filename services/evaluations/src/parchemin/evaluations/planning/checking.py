"""What is wrong with a plan: each clash, named. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar
from uuid import UUID

from parchemin.evaluations.planning.rules import Demand, Problem, Room, Slot, Span

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Clash:
    """A rule that a slot breaks, or that no slot could keep; ids only."""

    code: str
    pointer: str
    """What it is about: `/registrations/<id>`, `/rooms/<id>`, `/jurors/<id>`, or `/timetable`."""
    fr: str
    en: str


class Checker:
    """Judges slots against a problem."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._demands = {demand.registration_id: demand for demand in problem.demands}
        self._rooms = {room.id: room for room in problem.rooms}
        self._away = {juror.id: juror.away for juror in problem.jury}

    def alone(self, slot: Slot) -> list[Clash]:
        """Every rule that the slot breaks whatever the other slots of this plan are."""
        demand = self._demands.get(slot.registration_id)
        if demand is None:
            return [_clash("registration_unknown", slot, "n'est pas à planifier", "is not to be planned")]
        return [*self._times(slot, demand), *self._room(slot, demand), *self._panel(slot, demand)]

    def together(self, slots: Sequence[Slot]) -> list[Clash]:
        """Every rule that these slots break between them."""
        return [*self._double(slots), *self._crowds(slots)]

    def all(self, slots: Sequence[Slot]) -> list[Clash]:
        """Every clash of a plan, and every registration that it forgets."""
        planned = {slot.registration_id for slot in slots}
        missing = [demand for demand in self._problem.demands if demand.registration_id not in planned]
        return [
            *(clash for slot in slots for clash in self.alone(slot)),
            *self.together(slots),
            *(unplanned(demand) for demand in missing),
        ]

    def _times(self, slot: Slot, demand: Demand) -> Iterator[Clash]:
        if (slot.begins - slot.start, slot.end - slot.begins) != (demand.preparation, demand.evaluation):
            yield _clash(
                "duration_differs",
                slot,
                f"demande {demand.preparation} min de préparation et {demand.evaluation} min d'évaluation",
                f"needs {demand.preparation} min of preparation and {demand.evaluation} min of evaluation",
            )
        if not any(span.start <= slot.start and slot.end <= span.end for span in self._problem.openings):
            yield _clash("outside_opening", slot, "sort des heures d'ouverture", "is outside the opening hours")
        for span in demand.elsewhere:
            if _near(slot.stay, span, self._problem.rest):
                yield _clash(
                    "candidate_elsewhere",
                    slot,
                    f"le candidat passe dans une autre session à moins de {self._problem.rest} min",
                    f"the candidate has a slot in another session within {self._problem.rest} min",
                )

    def _room(self, slot: Slot, demand: Demand) -> Iterator[Clash]:
        room = self._rooms.get(slot.room_id)
        if room is None:
            yield _clash("room_not_planned", slot, f"salle {slot.room_id} hors du plan", f"room {slot.room_id} is out")
            return
        if demand.accessible and not room.accessible:
            yield _clash(
                "room_not_accessible", slot, f"salle {room.id} non accessible", f"room {room.id} is not accessible"
            )
        if any(slot.stay.meets(span) for span in room.closed):
            yield _clash("room_closed", slot, f"salle {room.id} fermée", f"room {room.id} is closed")
        if _most_at_once(slot.stay, [slot.stay, *room.taken]) > room.capacity:
            yield _full(room, slot)

    def _panel(self, slot: Slot, demand: Demand) -> Iterator[Clash]:
        needed = self._problem.panel_minimum(demand)
        if len(set(slot.panel)) < needed:
            yield _clash(
                "panel_too_small",
                slot,
                f"{len(set(slot.panel))} juré(s) sur {needed} nécessaires",
                f"{len(set(slot.panel))} juror(s) of {needed} needed",
            )
        for juror in slot.panel:
            if juror in demand.barred:
                yield _clash(
                    "juror_in_conflict", slot, f"juré {juror} en conflit d'intérêts", f"juror {juror} is in conflict"
                )
            if juror not in self._away:
                yield _clash("juror_not_seated", slot, f"juré {juror} hors du jury", f"juror {juror} is not seated")
            elif any(slot.sitting.meets(span) for span in self._away[juror]):
                yield _clash("juror_away", slot, f"juré {juror} indisponible", f"juror {juror} is not available")

    def _double(self, slots: Sequence[Slot]) -> Iterator[Clash]:
        for juror, theirs in _grouped(slots, lambda slot: slot.panel).items():
            for one, other in combinations(theirs, 2):
                if one.sitting.meets(other.sitting):
                    yield _clash(
                        "juror_double_booked",
                        other,
                        f"juré {juror} siège aussi pour l'inscription {one.registration_id}",
                        f"juror {juror} sits for registration {one.registration_id} too",
                    )
        for candidate, theirs in _grouped(slots, self._candidate).items():
            for one, other in combinations(theirs, 2):
                if _near(one.stay, other.stay, self._problem.rest):
                    yield _clash(
                        "candidate_double_booked",
                        other,
                        f"candidat {candidate} : moins de {self._problem.rest} min de repos, ou deux créneaux",
                        f"candidate {candidate}: less than {self._problem.rest} min of rest, or two slots",
                    )

    def _crowds(self, slots: Sequence[Slot]) -> Iterator[Clash]:
        for room_id, theirs in _grouped(slots, lambda slot: (slot.room_id,)).items():
            room = self._rooms.get(room_id)
            if room is None:
                continue
            spans = [*(slot.stay for slot in theirs), *room.taken]
            for slot in theirs:
                alone = _most_at_once(slot.stay, [slot.stay, *room.taken])
                if alone <= room.capacity < _most_at_once(slot.stay, spans):
                    yield _full(room, slot)

    def _candidate(self, slot: Slot) -> tuple[UUID, ...]:
        demand = self._demands.get(slot.registration_id)
        return (demand.candidate_id,) if demand else ()


def clash_about(code: str, demand: Demand, fr: str, en: str) -> Clash:
    """A clash of one registration."""
    registration = demand.registration_id
    return Clash(code, f"/registrations/{registration}", f"Inscription {registration} : {fr}.", _said(registration, en))


def unplanned(demand: Demand) -> Clash:
    """A registration without a slot."""
    return clash_about("no_slot", demand, "aucun créneau", "no slot")


def _clash(code: str, slot: Slot, fr: str, en: str) -> Clash:
    registration = slot.registration_id
    return Clash(code, f"/registrations/{registration}", f"Inscription {registration} : {fr}.", _said(registration, en))


def _said(registration: UUID, en: str) -> str:
    return f"Registration {registration}: {en}."


def _full(room: Room, slot: Slot) -> Clash:
    fr, en = (
        f"salle {room.id} complète (capacité {room.capacity})",
        f"room {room.id} is full (capacity {room.capacity})",
    )
    return _clash("room_full", slot, fr, en)


def _near(one: Span, other: Span, rest: int) -> bool:
    return one.start < other.end + rest and other.start < one.end + rest


def _most_at_once(within: Span, spans: Iterable[Span]) -> int:
    """How many of these spans share a minute of `within`: most of them do where one of them begins."""
    meeting = [span for span in spans if span.meets(within)]
    points = {max(span.start, within.start) for span in meeting}
    return max(sum(span.start <= point < span.end for span in meeting) for point in points)


def _grouped(slots: Iterable[Slot], keys: Callable[[Slot], Iterable[K]]) -> dict[K, list[Slot]]:
    groups: defaultdict[K, list[Slot]] = defaultdict(list)
    for slot in sorted(slots, key=lambda slot: (slot.start, slot.registration_id)):
        for key in keys(slot):
            groups[key].append(slot)
    return groups
