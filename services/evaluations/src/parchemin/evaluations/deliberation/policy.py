"""The validation policy: from signed sheets to a proposal. Pure.

- level of a criterion: the one that most signed sheets give; on a tie, the lowest of the tied levels;
- a competency is acquired when none of its criteria is `not_met` and strictly less than half of them `partly_met`.

The jury is sovereign: this only proposes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from parchemin.contracts.vocabulary import CriterionLevel

LEVELS = (CriterionLevel.NOT_MET, CriterionLevel.PARTLY_MET, CriterionLevel.MET)
"""From the lowest to the highest."""

Levels = Mapping[str, CriterionLevel]
"""A juror's levels, by criterion code."""


class Ground(StrEnum):
    """What decides a competency."""

    KEPT = "kept"
    """It was acquired before."""
    EXEMPT = "exempt"
    ABSENT = "absent"
    NOT_JUDGED = "not_judged"
    """No signed sheet gives a level to some of its criteria."""
    NOT_MET = "not_met"
    PARTLY_MET = "partly_met"
    """Too many are."""
    MET = "met"
    """Enough are, and no criterion is `not_met`."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a competency is proposed as it is."""

    ground: Ground
    criteria: tuple[str, ...] = ()
    """Those that the ground is about; for `met` those that are met in part only."""
    of: int = 0
    """How many criteria the competency has; 0 where it was not assessed."""

    @property
    def acquires(self) -> bool:
        """Whether the competency is newly acquired."""
        return self.ground is Ground.MET


@dataclass(frozen=True, slots=True)
class Policy:
    """How findings become a proposal."""

    name: str = "default"
    partly_met_below: Fraction = Fraction(1, 2)

    def judge(self, criteria: Sequence[str], levels: Levels) -> Grounds:
        """Why a competency with these criteria is acquired or not; one that was not judged whole is not."""
        missing = tuple(code for code in criteria if code not in levels)
        if missing or not criteria:
            return Grounds(Ground.NOT_JUDGED, missing, len(criteria))
        not_met = _at(CriterionLevel.NOT_MET, criteria, levels)
        if not_met:
            return Grounds(Ground.NOT_MET, not_met, len(criteria))
        partly_met = _at(CriterionLevel.PARTLY_MET, criteria, levels)
        enough = Fraction(len(partly_met), len(criteria)) < self.partly_met_below
        return Grounds(Ground.MET if enough else Ground.PARTLY_MET, partly_met, len(criteria))


def _at(level: CriterionLevel, criteria: Sequence[str], levels: Levels) -> tuple[str, ...]:
    return tuple(code for code in criteria if levels[code] is level)


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
