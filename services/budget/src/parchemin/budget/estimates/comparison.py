"""Two versions of an estimate beside each other."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.budget.charts.service import chart_of
from parchemin.budget.decimals import MoneyText, two_places
from parchemin.budget.estimates import rules
from parchemin.budget.estimates.models import Estimate
from parchemin.budget.estimates.views import lines_of, sums_by_chapter, totals_of
from parchemin.budget.productions.models import Production


class AmountDifference(BaseModel):
    """An amount of this estimate beside that of the other."""

    amount: MoneyText
    other_amount: MoneyText
    difference: MoneyText = Field(description="This estimate's less the other's")


class ChapterDifference(AmountDifference):
    """A chapter in both estimates."""

    number: int
    title: str


class LineDifference(BaseModel):
    """What stands under one account and label."""

    account: str
    label: str
    amount: MoneyText | None = Field(description="null where this estimate has no such line")
    other_amount: MoneyText | None = Field(description="null where the other has none")
    difference: MoneyText


class EstimateComparison(BaseModel):
    """Two versions beside each other."""

    estimate_id: UUID
    other_id: UUID
    currency: str
    chapters: list[ChapterDifference]
    lines: list[LineDifference] = Field(description="Matched by account and label; those that share both are added up")
    subtotal: AmountDifference
    contingency: AmountDifference
    overheads: AmountDifference
    total: AmountDifference


async def compare(session: AsyncSession, estimate: Estimate, other: Estimate) -> EstimateComparison:
    """Two estimates of one production beside each other."""
    production = await session.get_one(Production, estimate.production_id)
    lines, others = await lines_of(session, estimate), await lines_of(session, other)
    chapters, other_chapters = sums_by_chapter(production, lines), sums_by_chapter(production, others)
    here, there = totals_of(estimate, chapters), totals_of(other, other_chapters)
    return EstimateComparison(
        estimate_id=estimate.id,
        other_id=other.id,
        currency=production.currency,
        chapters=[
            ChapterDifference(
                number=chapter.number,
                title=chapter.title,
                **_pair(chapters[chapter.number], other_chapters[chapter.number]),
            )
            for chapter in chart_of(production.chart_of_accounts).chapters
        ],
        lines=[
            LineDifference(
                account=found.account,
                label=found.label,
                amount=None if found.amount is None else two_places(found.amount),
                other_amount=None if found.other_amount is None else two_places(found.other_amount),
                difference=two_places(found.difference),
            )
            for found in rules.differences(_posted(lines), _posted(others))
        ],
        subtotal=AmountDifference(**_pair(here.subtotal, there.subtotal)),
        contingency=AmountDifference(**_pair(here.contingency, there.contingency)),
        overheads=AmountDifference(**_pair(here.overheads, there.overheads)),
        total=AmountDifference(**_pair(here.total, there.total)),
    )


def _pair(amount: Decimal, other: Decimal) -> dict[str, str]:
    return {
        "amount": two_places(amount),
        "other_amount": two_places(other),
        "difference": two_places(amount - other),
    }


def _posted(lines: Sequence[Any]) -> list[rules.Posted]:
    return [rules.Posted(line.account, line.label, line.amount) for line in lines]
