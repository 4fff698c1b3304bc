"""Validation policies: from signed sheets to a proposal. Pure.

The level of a criterion is the one that most signed sheets give; on a tie, the lowest of the tied levels. A policy
turns the levels of a competency's criteria into a proposal, and says why. The jury is sovereign: this only proposes.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Protocol

from parchemin.contracts.referential import AllCriteriaPolicy, PartlyMetPolicy, PointsPolicy, ValidationPolicy
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
    EXCLUDED = "excluded"
    """The jury excluded the candidate for fraud."""
    ABSENT = "absent"
    NOT_JUDGED = "not_judged"
    """No signed sheet gives a level to some of its criteria."""
    NOT_MET = "not_met"
    """Some criteria are, that must not be."""
    PARTLY_MET = "partly_met"
    """Too many are."""
    TOO_FEW_POINTS = "too_few_points"
    MET = "met"
    """Enough are."""
    ENOUGH_POINTS = "enough_points"


@dataclass(frozen=True, slots=True)
class Score:
    """Points that the criteria of a competency brought."""

    points: int
    needed: int
    most: int


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a competency is proposed as it is."""

    ground: Ground
    criteria: tuple[str, ...] = ()
    """Those that the ground is about; for `met` those that are met in part only."""
    of: int = 0
    """How many criteria the competency has; 0 where it was not assessed."""
    partly_met_at_most: int | None = None
    """How many criteria may be partly met, where the policy counts them."""
    score: Score | None = None
    """Where the policy counts points."""

    @property
    def acquires(self) -> bool:
        """Whether the competency is newly acquired."""
        return self.ground in {Ground.MET, Ground.ENOUGH_POINTS}


def grounds_of(stored: Mapping[str, Any]) -> Grounds:
    """The grounds that `dataclasses.asdict` gave, perhaps by way of JSON."""
    score = stored.get("score")
    return Grounds(
        ground=Ground(stored["ground"]),
        criteria=tuple(stored["criteria"]),
        of=stored["of"],
        partly_met_at_most=stored["partly_met_at_most"],
        score=Score(**score) if score else None,
    )


class Policy(Protocol):
    """How the levels of a competency's criteria become a proposal."""

    @property
    def name(self) -> str:
        """The rule, as minutes and events name it."""

    def judge(self, criteria: Sequence[str], levels: Levels) -> Grounds:
        """Why a competency with these criteria is acquired or not; one that was not judged whole is not."""


@dataclass(frozen=True, slots=True)
class PartlyMet:
    """No criterion `not_met`, and strictly less than a share of them `partly_met`."""

    below: Fraction = Fraction(1, 2)
    name: str = "default"

    def judge(self, criteria: Sequence[str], levels: Levels) -> Grounds:
        """As the protocol says."""
        at_most = max(math.ceil(self.below * len(criteria)) - 1, 0)
        return _unjudged(criteria, levels) or _counted(criteria, levels, at_most)


@dataclass(frozen=True, slots=True)
class AllCriteria:
    """All criteria `met`."""

    name: str = "all_criteria"

    def judge(self, criteria: Sequence[str], levels: Levels) -> Grounds:
        """As the protocol says."""
        return _unjudged(criteria, levels) or _counted(criteria, levels, 0)


@dataclass(frozen=True, slots=True)
class Points:
    """A share of the possible points, rounded up, and no eliminatory criterion `not_met`."""

    met: int
    partly_met: int
    threshold: Fraction
    eliminatory: frozenset[str] = frozenset()
    name: str = "points"

    def judge(self, criteria: Sequence[str], levels: Levels) -> Grounds:
        """As the protocol says."""
        unjudged = _unjudged(criteria, levels)
        if unjudged:
            return unjudged
        worth = {CriterionLevel.MET: self.met, CriterionLevel.PARTLY_MET: self.partly_met, CriterionLevel.NOT_MET: 0}
        most = self.met * len(criteria)
        score = Score(sum(worth[levels[code]] for code in criteria), math.ceil(self.threshold * most), most)
        fatal = tuple(code for code in _at(CriterionLevel.NOT_MET, criteria, levels) if code in self.eliminatory)
        if fatal:
            return Grounds(Ground.NOT_MET, fatal, len(criteria), score=score)
        ground = Ground.ENOUGH_POINTS if score.points >= score.needed else Ground.TOO_FEW_POINTS
        return Grounds(ground, (), len(criteria), score=score)


def policy_of(published: ValidationPolicy | None, default: Policy) -> Policy:
    """The policy that a version of the referential was published with, or else the `default` one."""
    match published:
        case None:
            return default
        case PartlyMetPolicy():
            return PartlyMet(Fraction(published.partly_met_below), published.rule)
        case AllCriteriaPolicy():
            return AllCriteria()
        case PointsPolicy():
            eliminatory = frozenset(published.eliminatory)
            return Points(published.met, published.partly_met, Fraction(published.threshold), eliminatory)


def _unjudged(criteria: Sequence[str], levels: Levels) -> Grounds | None:
    missing = tuple(code for code in criteria if code not in levels)
    return Grounds(Ground.NOT_JUDGED, missing, len(criteria)) if missing or not criteria else None


def _counted(criteria: Sequence[str], levels: Levels, at_most: int) -> Grounds:
    """By how many criteria are met in part; one that is not met decides."""
    not_met = _at(CriterionLevel.NOT_MET, criteria, levels)
    if not_met:
        return Grounds(Ground.NOT_MET, not_met, len(criteria))
    partly_met = _at(CriterionLevel.PARTLY_MET, criteria, levels)
    ground = Ground.MET if len(partly_met) <= at_most else Ground.PARTLY_MET
    return Grounds(ground, partly_met, len(criteria), partly_met_at_most=at_most)


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
