"""What an accommodation measure must say, and what is left of measures whose ground is gone. Pure.

Source: référentiel, *aménagements raisonnables* (article 2 CRDPH): accessible premises, adapted time, equipment,
help with paperwork.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from parchemin.contracts.vocabulary import MeasureKind, MeasureScope

MOST_MEASURES = 20
MOST_PERCENT = 100
NEEDS_DETAIL = frozenset({MeasureKind.EQUIPMENT, MeasureKind.OTHER})
"""Kinds that say nothing by themselves; they may also stand more than once in a plan."""


class ReviewOutcome(StrEnum):
    """What the officer found of a plan before a session."""

    CONFIRMED = "confirmed"
    ADJUSTED = "adjusted"


@dataclass(frozen=True, slots=True)
class PlannedMeasure:
    """A measure as it is proposed; `percent` is extra time. It holds from its first day to its last."""

    kind: MeasureKind
    percent: int | None
    applies_to: Set[MeasureScope]
    detail: str | None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class MeasureFault:
    """What is wrong with the measure at `index`, and in which member."""

    index: int
    member: str
    code: str


def measure_faults(measures: Sequence[PlannedMeasure], medical_stems: Collection[str] = ()) -> tuple[MeasureFault, ...]:
    """Every fault of a plan. A kind that is named again while it holds is at fault from its second naming on."""
    faults = []
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
        if measure.detail and tells_a_reason(measure.detail, medical_stems):
            faults.append(MeasureFault(index, "detail", "detail_tells_reason"))
        if _first(measure) > _last(measure):
            faults.append(MeasureFault(index, "valid_until", "until_before_from"))
        if any(_in_the_way(earlier, measure) for earlier in measures[:index]):
            faults.append(MeasureFault(index, "kind", "measure_twice"))
    return tuple(faults)


def tells_a_reason(detail: str, medical_stems: Collection[str]) -> bool:
    """Whether a word begins as the name of an illness or disability does. A heuristic: it catches what slips in, not
    what is meant to; the texts that may tell reasons are the follow-up's."""
    words = re.findall(r"[^\W\d_]+", _folded(detail))
    return any(word.startswith(_folded(stem)) for word in words for stem in medical_stems)


def ended(measures: Sequence[PlannedMeasure], last_day: date) -> tuple[PlannedMeasure, ...]:
    """What is left where the consent is withdrawn on this day: what had not begun is gone, the rest ends with it. Who
    sits on that day sits as they were convened; what was done at earlier sessions stays as it was."""
    return tuple(
        replace(measure, valid_until=min(_last(measure), last_day))
        for measure in measures
        if _first(measure) <= last_day
    )


def _in_the_way(earlier: PlannedMeasure, later: PlannedMeasure) -> bool:
    same = earlier.kind is later.kind and later.kind not in NEEDS_DETAIL
    return same and _first(earlier) <= _last(later) and _first(later) <= _last(earlier)


def _first(measure: PlannedMeasure) -> date:
    return measure.valid_from or date.min


def _last(measure: PlannedMeasure) -> date:
    return measure.valid_until or date.max


def _folded(text: str) -> str:
    """Without accents or case."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
