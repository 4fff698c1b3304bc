"""What is counted, and how a rate is shown. Pure.

A rate is a fraction until it is shown; what is shown is rounded to a tenth of a percent, half to even. The rate of a
few people tells of each of them: groups under a threshold are small, and are flagged or left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction

from parchemin.contracts.vocabulary import CriterionLevel


class GroupBy(StrEnum):
    """What is counted together."""

    SESSION = "session"
    ACCESS_PATH = "access_path"
    BLOCK = "block"
    COMPETENCY = "competency"
    CRITERION = "criterion"


class Per(StrEnum):
    """How fine a trend is."""

    YEAR = "year"
    MONTH = "month"


UNKNOWN = "unknown"
"""The access path of an enrolment that was learnt before it was kept."""
NO_LEVELS: Mapping[CriterionLevel, int] = dict.fromkeys(CriterionLevel, 0)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many; `of` is at least 1."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator or self.denominator == 0:
            raise ValueError("a rate is a part of something")

    @property
    def exact(self) -> Fraction:
        """The fraction itself."""
        return Fraction(self.numerator, self.denominator)

    @property
    def percent(self) -> Decimal:
        """With one decimal."""
        share = Decimal(self.numerator * 100) / Decimal(self.denominator)
        return share.quantize(Decimal("0.1"), ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Group:
    """What was counted for one key, in one period where there are some."""

    key: str
    period: str | None = None
    registered: int = 0
    absent: int = 0
    excused: int = 0
    assessed: int = 0
    passed: int = 0
    kept: int = 0
    exempt: int = 0
    levels: Mapping[CriterionLevel, int] | None = None
    """Of a criterion: how many signed sheets give each level."""
    people: int = 0
    """How many enrolments it is about: what makes it small."""
    suppressed: bool = False

    @property
    def rate(self) -> Rate | None:
        """The pass rate; none where nobody was assessed."""
        return Rate(self.passed, self.assessed) if self.assessed else None

    def is_small(self, below: int) -> bool:
        """Whether it is about so few people that its rate tells of each of them."""
        return 0 < self.people < below


def suppressed(group: Group, below: int) -> Group:
    """The group as those see it who may see nobody: one that is small only says that it is there."""
    return Group(group.key, group.period, suppressed=True) if group.is_small(below) else group


def period_of(year: int, month: int | None) -> str:
    """`2026`, or `2026-06`."""
    return f"{year:04d}" if month is None else f"{year:04d}-{month:02d}"
