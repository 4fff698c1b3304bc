"""What crosses the API about statistics."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from parchemin.contracts.vocabulary import CriterionLevel
from parchemin.evaluations.statistics.rules import Group, GroupBy, Per, Rate


class RateView(BaseModel):
    """A rate: exact, and as it is shown."""

    numerator: int = Field(ge=0, examples=[17])
    denominator: int = Field(ge=1, examples=[22])
    percent: Decimal = Field(description="With one decimal, half to even", examples=["77.3"])

    @classmethod
    def of(cls, rate: Rate) -> "RateView":
        """As it is shown."""
        return cls(numerator=rate.numerator, denominator=rate.denominator, percent=rate.percent)


class GroupView(BaseModel):
    """One group, in one period where a trend is asked for. All counts are null in one that is suppressed."""

    key: str = Field(
        description="Session id, access path (`unknown` for enrolments of before it was kept), block number, "
        "or code of the competency or criterion",
        examples=["C.19"],
    )
    label: str = Field(description="The key as a person reads it, in the language of the answer", examples=["C.19"])
    period: str | None = Field(description="`2026` or `2026-06` where a trend is asked for", examples=["2026"])
    small: bool = Field(description="So few people that the rate tells of each of them: do not publish it")
    suppressed: bool = Field(description="The group is small, and the caller may not see small groups")
    people: int | None = Field(description="Enrolments that it is about")
    registered: int | None = Field(
        description="Registrations; decisions of a competency, enrolments of a block, findings of a criterion"
    )
    absent: int | None
    excused: int | None
    assessed: int | None = Field(description="Of those registered, who was there and had something to be judged")
    passed: int | None = Field(description="All acquired; competency acquired; block validated; criterion `met`")
    kept: int | None = Field(description="Of a competency: acquired earlier, not assessed again")
    exempt: int | None = Field(description="Of a competency: the certifier exempted from it")
    rate: RateView | None = Field(description="`passed` of `assessed`; null where nobody was assessed")
    levels: dict[CriterionLevel, int] | None = Field(description="Of a criterion: findings by level")

    @classmethod
    def of(cls, group: Group, label: str, below: int) -> "GroupView":
        """As it is shown."""
        shown = not group.suppressed
        names = ("people", "registered", "absent", "excused", "assessed", "passed", "kept", "exempt")
        return cls(
            key=group.key,
            label=label,
            period=group.period,
            small=group.suppressed or group.is_small(below),
            suppressed=group.suppressed,
            **{name: getattr(group, name) if shown else None for name in names},
            rate=RateView.of(group.rate) if group.rate is not None else None,
            levels=dict(group.levels) if group.levels is not None else None,
        )


class StatisticsView(BaseModel):
    """Statistics of closed sessions."""

    model_config = ConfigDict(use_enum_values=False)

    group_by: GroupBy
    per: Per | None
    small_group_below: int = Field(description="Groups of fewer people are small")
    items: list[GroupView]
