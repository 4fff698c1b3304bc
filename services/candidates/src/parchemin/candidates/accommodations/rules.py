"""What an accommodation measure must say. Pure.

Source: référentiel, *aménagements raisonnables* (article 2 CRDPH): accessible premises, adapted time, equipment,
help with paperwork.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from parchemin.contracts.vocabulary import MeasureKind, MeasureScope

MOST_MEASURES = 20
MOST_PERCENT = 100
NEEDS_DETAIL = frozenset({MeasureKind.EQUIPMENT, MeasureKind.OTHER})
"""Kinds that say nothing by themselves; they may also stand more than once in a plan."""


@dataclass(frozen=True, slots=True)
class PlannedMeasure:
    """A measure as it is proposed; `percent` is extra time."""

    kind: MeasureKind
    percent: int | None
    applies_to: Set[MeasureScope]
    detail: str | None


@dataclass(frozen=True, slots=True)
class MeasureFault:
    """What is wrong with the measure at `index`, and in which member."""

    index: int
    member: str
    code: str


def measure_faults(measures: Sequence[PlannedMeasure]) -> tuple[MeasureFault, ...]:
    """Every fault of a plan; a kind that is named twice is at fault from its second naming on."""
    faults = []
    met: set[MeasureKind] = set()
    for index, measure in enumerate(measures):
        is_time = measure.kind is MeasureKind.EXTRA_TIME
        if is_time and (measure.percent is None or not 1 <= measure.percent <= MOST_PERCENT):
            faults.append(MeasureFault(index, "percent", "percent_missing"))
        if not is_time and measure.percent is not None:
            faults.append(MeasureFault(index, "percent", "percent_unexpected"))
        if is_time and not measure.applies_to:
            faults.append(MeasureFault(index, "applies_to", "scope_missing"))
        if measure.kind in NEEDS_DETAIL and not measure.detail:
            faults.append(MeasureFault(index, "detail", "detail_missing"))
        if measure.kind not in NEEDS_DETAIL and measure.kind in met:
            faults.append(MeasureFault(index, "kind", "measure_twice"))
        met.add(measure.kind)
    return tuple(faults)
