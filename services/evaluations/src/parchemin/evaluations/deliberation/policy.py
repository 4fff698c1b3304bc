"""The validation policy: from signed sheets to a proposal. Pure.

- level of a criterion: the one that most signed sheets give; on a tie, the lowest of the tied levels;
- a competency is acquired when none of its criteria is `not_met` and strictly less than half of them `partly_met`.

The jury is sovereign: this only proposes.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from parchemin.contracts.vocabulary import CriterionLevel

LEVELS = (CriterionLevel.NOT_MET, CriterionLevel.PARTLY_MET, CriterionLevel.MET)
"""From the lowest to the highest."""

Levels = Mapping[str, CriterionLevel]
"""A juror's levels, by criterion code."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How findings become a proposal."""

    name: str = "default"
    partly_met_below: Fraction = Fraction(1, 2)

    def acquires(self, levels: Collection[CriterionLevel]) -> bool:
        """Whether a competency with these criterion levels is acquired; one that nobody judged is not."""
        if not levels or CriterionLevel.NOT_MET in levels:
            return False
        partly = sum(level is CriterionLevel.PARTLY_MET for level in levels)
        return Fraction(partly, len(levels)) < self.partly_met_below


def agreed_level(given: Sequence[CriterionLevel]) -> CriterionLevel:
    """The level on which the sheets agree: the most frequent one, the lowest of those that tie.

    Raises ValueError where no sheet gives one.
    """
    if not given:
        raise ValueError("no signed sheet gives a level")
    votes = Counter(given)
    most = max(votes.values())
    return min((level for level, count in votes.items() if count == most), key=LEVELS.index)


def agreed_levels(sheets: Sequence[Levels], criteria: Sequence[str]) -> dict[str, CriterionLevel]:
    """The agreed level of each of these criteria; one that no sheet judges is left out."""
    given = {code: [sheet[code] for sheet in sheets if code in sheet] for code in criteria}
    return {code: agreed_level(levels) for code, levels in given.items() if levels}
