"""The minutes of a plan as bits of integers: whole days are intersected in one operation. Pure.

Bit `n` stands for the minute `origin + n`. Finding where a slot fits takes, for each juror and room, a number of
operations that grows with the logarithm of its length: O((jurors · panel + rooms) · horizon / 64) for a slot.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from parchemin.evaluations.planning.rules import Demand, Panellist, Problem, Room, Slot, Span


def runs(free: int, minutes: int) -> int:
    """The minutes at which that many free ones begin."""
    have = 1
    while have < minutes:
        step = min(have, minutes - have)
        free &= free >> step
        have += step
    return free


def bits(mask: int) -> Iterator[int]:
    """Positions of the bits that are set, from the first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


class Board:
    """What is free, given what is booked so far."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.origin = min((span.start for span in problem.openings), default=0)
        self._length = max((span.end for span in problem.openings), default=0) - self.origin
        self._open = self._mask(problem.openings)
        self._rooms = {room.id: room for room in problem.rooms}
        self._order = sorted(problem.rooms, key=lambda room: (room.accessible, room.id))
        self._unclosed = {room.id: self._open & ~self._mask(room.closed) for room in problem.rooms}
        self._layers = {room.id: self._stacked(room) for room in problem.rooms}
        self._jurors = {juror.id: self._open & ~self._mask(juror.away) for juror in self._by_id(problem.jury)}
        self._sittings: dict[tuple[UUID, int], int] = {}
        self._candidates: defaultdict[UUID, int] = defaultdict(int)
        for demand in problem.demands:
            for span in demand.elsewhere:
                self._candidates[demand.candidate_id] |= self._with_rest(span)
        self.load: defaultdict[UUID, int] = defaultdict(int)
        """Minutes that each juror sits, in this plan."""

    def rooms_for(self, demand: Demand) -> Iterator[tuple[Room, int]]:
        """Each room that takes the candidate, those that not everyone can reach first, with the possible starts."""
        together = self.panel_starts(demand)
        free = ~self._candidates[demand.candidate_id]
        for room in self._order:
            if room.accessible or not demand.accessible:
                yield room, runs(self.room_free(room.id) & free, demand.total) & together

    def room_free(self, room_id: UUID) -> int:
        """When the room is open and has a place left."""
        layers, capacity = self._layers[room_id], self._rooms[room_id].capacity
        full = layers[capacity - 1] if len(layers) >= capacity else 0
        return self._unclosed[room_id] & ~full

    def panel_starts(self, demand: Demand) -> int:
        """The starts, preparation included, after which enough jurors are free for the evaluation."""
        needed = self.problem.panel_minimum(demand)
        at_least = [0] * (needed + 1)
        at_least[0] = (1 << max(self._length, 1)) - 1
        for juror in self.problem.free_of_conflict(demand):
            sits = self._sitting(juror, demand.evaluation)
            for count in range(needed, 0, -1):
                at_least[count] |= at_least[count - 1] & sits
        return at_least[needed] >> demand.preparation

    def free_panel(self, demand: Demand, start: int) -> list[UUID]:
        """The jurors who may sit for a slot that starts there."""
        bit = 1 << (start + demand.preparation)
        return [
            juror for juror in self.problem.free_of_conflict(demand) if self._sitting(juror, demand.evaluation) & bit
        ]

    def panel_starts_of(self, juror: UUID, demand: Demand) -> int:
        """When this juror is free for the evaluation."""
        return self._sitting(juror, demand.evaluation)

    def juror_minutes(self) -> dict[UUID, int]:
        """Minutes for which each juror is free."""
        return {juror: free.bit_count() for juror, free in self._jurors.items()}

    def place_minutes(self, room_id: UUID) -> int:
        """Minutes that are left in the room, over all of its places."""
        room, layers = self._rooms[room_id], self._layers[room_id][: self._rooms[room_id].capacity]
        taken = sum((layer & self._unclosed[room_id]).bit_count() for layer in layers)
        return room.capacity * self._unclosed[room_id].bit_count() - taken

    def book(self, slot: Slot, candidate_id: UUID) -> None:
        """Take the slot's minutes."""
        layers, added = self._layers[slot.room_id], self._span(slot.stay)
        self._stack(layers, added)
        sitting = self._span(slot.sitting)
        for juror in slot.panel:
            self._take(juror, self._jurors[juror] & ~sitting)
            self.load[juror] += slot.end - slot.begins
        self._candidates[candidate_id] |= self._with_rest(slot.stay)

    def release(self, slot: Slot, candidate_id: UUID, before: tuple[tuple[int, ...], int]) -> None:
        """Undo the booking of a slot that was made after `remembered` gave `before`."""
        layers, busy = before
        self._layers[slot.room_id] = list(layers)
        self._candidates[candidate_id] = busy
        sitting = self._span(slot.sitting)
        for juror in slot.panel:
            self._take(juror, self._jurors[juror] | sitting)
            self.load[juror] -= slot.end - slot.begins

    def remembered(self, room_id: UUID, candidate_id: UUID) -> tuple[tuple[int, ...], int]:
        """What `release` needs to undo the next booking."""
        return tuple(self._layers[room_id]), self._candidates[candidate_id]

    def _take(self, juror: UUID, free: int) -> None:
        self._jurors[juror] = free
        for known in [key for key in self._sittings if key[0] == juror]:
            del self._sittings[known]

    def _sitting(self, juror: UUID, minutes: int) -> int:
        key = (juror, minutes)
        if key not in self._sittings:
            self._sittings[key] = runs(self._jurors[juror], minutes)
        return self._sittings[key]

    def _stacked(self, room: Room) -> list[int]:
        layers: list[int] = []
        for span in room.taken:
            self._stack(layers, self._span(span))
        return layers

    @staticmethod
    def _stack(layers: list[int], added: int) -> None:
        """Layer `n` holds the minutes at which more than `n` places are taken."""
        for index, layer in enumerate(layers):
            layers[index], added = layer | added, layer & added
            if not added:
                return
        if added:
            layers.append(added)

    def _with_rest(self, span: Span) -> int:
        return self._span(Span(span.start - self.problem.rest, span.end + self.problem.rest))

    def _mask(self, spans: Iterable[Span]) -> int:
        mask = 0
        for span in spans:
            mask |= self._span(span)
        return mask

    def _span(self, span: Span) -> int:
        start = max(span.start - self.origin, 0)
        end = min(span.end - self.origin, self._length)
        return ((1 << (end - start)) - 1) << start if start < end else 0

    @staticmethod
    def _by_id(jury: Iterable[Panellist]) -> list[Panellist]:
        return sorted(jury, key=lambda juror: juror.id)
