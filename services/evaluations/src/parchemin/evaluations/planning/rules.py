"""What a plan of slots is made of. Pure.

Times are whole minutes since the epoch, UTC; a span holds its first minute and not its last. A slot takes one place of
its room from the preparation on, the candidate for as long, and the jurors of its panel for the evaluation.
Source: domain, life of a certification, items 2 and 3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from parchemin.contracts.vocabulary import MeasureKind, MeasureScope


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes from `start` to before `end`."""

    start: int
    end: int

    def meets(self, other: "Span") -> bool:
        """Whether they share a minute."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Room:
    """A room, when it is closed, and the places that other sessions take in it."""

    id: UUID
    capacity: int
    """Candidates who may prepare or be assessed in it at once."""
    accessible: bool
    closed: tuple[Span, ...] = ()
    taken: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Panellist:
    """A juror of the session, and when they are away or sit in another session."""

    id: UUID
    away: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """A registration that needs a slot; minutes with the candidate's extra time."""

    registration_id: UUID
    candidate_id: UUID
    preparation: int
    evaluation: int
    accessible: bool = False
    """Whether a measure asks for accessible premises."""
    barred: frozenset[UUID] = frozenset()
    """Jurors with a conflict of interest."""
    elsewhere: tuple[Span, ...] = ()
    """The candidate's slots in other sessions."""

    @property
    def total(self) -> int:
        """Minutes that the candidate is in the room."""
        return self.preparation + self.evaluation


@dataclass(frozen=True, slots=True)
class Slot:
    """Where and when a registration is assessed, and by whom."""

    registration_id: UUID
    room_id: UUID
    start: int
    """The preparation begins."""
    begins: int
    """The evaluation begins."""
    end: int
    panel: tuple[UUID, ...]
    """In the order of their ids."""

    @property
    def stay(self) -> Span:
        """While the candidate is in the room."""
        return Span(self.start, self.end)

    @property
    def sitting(self) -> Span:
        """While the panel sits."""
        return Span(self.begins, self.end)


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a plan of one session must respect."""

    openings: tuple[Span, ...]
    """When slots may be: opening hours less the breaks."""
    rooms: tuple[Room, ...]
    jury: tuple[Panellist, ...]
    demands: tuple[Demand, ...]
    rest: int = 0
    """Minutes between two slots of one candidate, at least."""
    panel_size: int | None = None
    """Jurors of each slot, at least; without it the whole jury, less those in conflict."""
    min_graders: int = 2

    def panel_minimum(self, demand: Demand) -> int:
        """How many jurors this registration's panel has, at least."""
        if self.panel_size is not None:
            return self.panel_size
        return max(self.min_graders, len(self.free_of_conflict(demand)))

    def free_of_conflict(self, demand: Demand) -> tuple[UUID, ...]:
        """Jurors who may grade this candidate, in the order of their ids."""
        return tuple(sorted(juror.id for juror in self.jury if juror.id not in demand.barred))


def lengthened(minutes: int, percent: int) -> int:
    """With extra time, rounded up to whole minutes."""
    return -(-minutes * (100 + percent) // 100)


def extra_time(measures: Iterable[Mapping[str, Any]], scope: MeasureScope) -> int:
    """Per cent of extra time that the measures give in this scope: the largest, where there are several."""
    return max(
        (
            measure["percent"] or 0
            for measure in measures
            if measure["kind"] == MeasureKind.EXTRA_TIME and scope in measure["applies_to"]
        ),
        default=0,
    )


def asks_for_accessible_premises(measures: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a measure asks for them."""
    return any(measure["kind"] == MeasureKind.ACCESSIBLE_PREMISES for measure in measures)


def openings_of(hours: Iterable[Span], breaks: Iterable[Span]) -> tuple[Span, ...]:
    """Opening hours less the breaks, joined where they touch, in order."""
    left: list[Span] = []
    for span in sorted(hours):
        if left and span.start <= left[-1].end:
            left[-1] = Span(left[-1].start, max(left[-1].end, span.end))
        else:
            left.append(span)
    for gone in breaks:
        left = [
            part
            for span in left
            for part in (
                (Span(span.start, min(span.end, gone.start)), Span(max(span.start, gone.end), span.end))
                if span.meets(gone)
                else (span,)
            )
            if part.start < part.end
        ]
    return tuple(left)
