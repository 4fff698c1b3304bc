"""How things are measured: contenders in turn, several rounds, the median of each, and their ratio to the floor."""

import statistics
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


class NotMeasured(Exception):
    """What ran is not what was to be measured."""


Measure = Callable[[int], Awaitable[float]]
"""Runs one round, by its number from 0, and tells the figure."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One figure over another of the same run, or a figure by itself, and what it should be."""

    of: str
    over: str | None
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether it is as it should be; None where nothing was asked."""
        if self.at_least is None and self.at_most is None:
            return None
        return self.value >= (self.at_least or 0) and self.value <= (self.at_most or float("inf"))


@dataclass(slots=True)
class Result:
    """What a benchmark found. Figures are medians over the rounds."""

    name: str
    title: str
    unit: str
    sizes: dict[str, int | str]
    figures: dict[str, float] = field(default_factory=dict)
    rounds: dict[str, list[float]] = field(default_factory=dict)
    ratios: list[Ratio] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    def compare(self, of: str, over: str, *, at_least: float | None = None, at_most: float | None = None) -> None:
        """Add the ratio of two figures: the median of the ratios within each round.

        The rounds of a busy machine differ more than what ran within one of them.
        """
        pairs = zip(self.rounds[of], self.rounds[over], strict=True)
        value = statistics.median(one / other for one, other in pairs)
        self.ratios.append(Ratio(of, over, round(value, 3), at_least, at_most))

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return {**asdict(self), "ratios": [{**asdict(ratio), "met": ratio.met} for ratio in self.ratios]}


async def measure(
    result: Result,
    contenders: Mapping[str, Measure],
    rounds: int,
    prepare: Callable[[int], Awaitable[None]] | None = None,
) -> None:
    """Run every contender once in each round, in another order from one round to the next, and keep the medians.

    `prepare` comes before each round, and is not measured.
    """
    names = list(contenders)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        if prepare is not None:
            await prepare(number)
        for name in names if number % 2 == 0 else reversed(names):
            taken[name].append(await contenders[name](number))
    result.rounds |= taken
    result.figures |= {name: statistics.median(values) for name, values in taken.items()}
