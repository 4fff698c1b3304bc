"""How far jurors agree: Krippendorff's alpha. Pure.

Alpha is 1 less the disagreement that was observed over the one that chance would bring; 1 where all agree, 0 where they
agree as dice would, below where they disagree in system. Any number of jurors, some of whom may be missing. Levels are
ordinal: `met` and `not_met` are further apart than `met` and `partly_met`, by how many findings lie between.
Source: K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), sections C to E, ordinal metric.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

Unit = Sequence[int]
"""The values that a unit (one candidate's criterion) was given, as ranks; by whom does not matter."""


class Undefined(StrEnum):
    """Why there is no alpha."""

    NO_PAIRS = "no_pairs"
    """No unit was judged by two jurors."""
    NO_VARIATION = "no_variation"
    """All findings are the same: chance would agree as well."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Alpha, exact, or why there is none."""

    alpha: Fraction | None
    undefined: Undefined | None
    units: int
    """Judged by two jurors at least."""
    findings: int
    """In those units."""


class Coincidences:
    """The pairs of values that units hold, counted as units come by: memory for the values, not for the units."""

    def __init__(self) -> None:
        self._weights: dict[int, Counter[tuple[int, int]]] = {}
        self.units = 0
        self.findings = 0

    def add(self, unit: Unit, times: int = 1) -> None:
        """Count a unit, or several that hold the same; one juror's alone pairs with nothing."""
        if len(unit) < 2:
            return
        self.units += times
        self.findings += len(unit) * times
        by_size = self._weights.setdefault(len(unit) - 1, Counter())
        counts = Counter(unit)
        for one, many in counts.items():
            for other, others in counts.items():
                by_size[one, other] += times * many * (others - (one == other))

    def merge(self, other: "Coincidences") -> None:
        """Count those of another one as well."""
        self.units += other.units
        self.findings += other.findings
        for size, pairs in other._weights.items():
            self._weights.setdefault(size, Counter()).update(pairs)

    def agreement(self) -> Agreement:
        """Alpha of all units that were added."""
        if not self.units:
            return Agreement(None, Undefined.NO_PAIRS, 0, 0)
        observed: dict[tuple[int, int], Fraction] = {}
        for size, pairs in self._weights.items():
            for pair, count in pairs.items():
                observed[pair] = observed.get(pair, Fraction(0)) + Fraction(count, size)
        totals: dict[int, Fraction] = {}
        for (value, _), weight in observed.items():
            totals[value] = totals.get(value, Fraction(0)) + weight
        alpha = _alpha(observed, totals)
        return Agreement(alpha, None if alpha is not None else Undefined.NO_VARIATION, self.units, self.findings)


def _alpha(observed: Mapping[tuple[int, int], Fraction], totals: Mapping[int, Fraction]) -> Fraction | None:
    every = sum(totals.values(), Fraction(0))
    distances = {(one, other): _ordinal(one, other, totals) for one in totals for other in totals}
    expected = sum((totals[one] * totals[other] * far for (one, other), far in distances.items()), Fraction(0))
    if expected == 0:
        return None
    seen = sum((weight * distances[pair] for pair, weight in observed.items()), Fraction(0))
    return 1 - (every - 1) * seen / expected


def _ordinal(one: int, other: int, totals: Mapping[int, Fraction]) -> Fraction:
    """How many findings lie from one value to the other, the ends by half; squared."""
    low, high = sorted((one, other))
    between = sum((count for value, count in totals.items() if low <= value <= high), Fraction(0))
    return (between - (totals[low] + totals[high]) / 2) ** 2


def alpha_of(units: Iterable[Unit]) -> Agreement:
    """Alpha of these units."""
    counted = Coincidences()
    for unit in units:
        counted.add(unit)
    return counted.agreement()
