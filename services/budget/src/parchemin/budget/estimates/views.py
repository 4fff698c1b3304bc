"""What the API shows of estimates, from their rows. Sums are of stored, rounded amounts, by the rules."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.budget.charts.service import chapters_of, chart_of
from parchemin.budget.decimals import plain, two_places
from parchemin.budget.estimates import rules
from parchemin.budget.estimates.models import Estimate, EstimateLine
from parchemin.budget.estimates.schemas import ChapterTotal, EstimateSummary, EstimateView, LineView
from parchemin.budget.productions.models import Production


async def summaries(session: AsyncSession, estimates: Sequence[Estimate]) -> dict[UUID, EstimateSummary]:
    """These estimates with their totals, by id."""
    statement = (
        select(col(Estimate.id), col(Production.currency), func.sum(col(EstimateLine.amount)))
        .join(Production, col(Production.id) == col(Estimate.production_id))
        .outerjoin(EstimateLine, col(EstimateLine.estimate_id) == col(Estimate.id))
        .where(col(Estimate.id).in_([estimate.id for estimate in estimates]))
        .group_by(col(Estimate.id), col(Production.currency))
    )
    sums = {row_id: (currency, subtotal) for row_id, currency, subtotal in await session.execute(statement)}
    found = {}
    for estimate in estimates:
        currency, subtotal = sums[estimate.id]
        totals = rules.totals(subtotal or Decimal("0.00"), _percentages(estimate))
        found[estimate.id] = EstimateSummary(**_summary(estimate, currency, totals))
    return found


async def view(session: AsyncSession, estimate: Estimate) -> EstimateView:
    """One estimate with its lines and chapters."""
    production = await session.get_one(Production, estimate.production_id)
    lines = await lines_of(session, estimate)
    chapters = sums_by_chapter(production, lines)
    return EstimateView(
        **_summary(estimate, production.currency, totals_of(estimate, chapters)),
        chapters=[
            ChapterTotal(number=chapter.number, title=chapter.title, total=two_places(chapters[chapter.number]))
            for chapter in chart_of(production.chart_of_accounts).chapters
        ],
        lines=[
            LineView(
                account=line.account,
                label=line.label,
                quantity=plain(Decimal(line.quantity_thousandths).scaleb(-3)),
                units=plain(Decimal(line.units_thousandths).scaleb(-3)),
                unit=line.unit,
                rate=two_places(line.rate),
                phase=line.phase,
                abroad=line.abroad,
                in_kind=line.in_kind,
                amount=two_places(line.amount),
            )
            for line in lines
        ],
    )


async def lines_of(session: AsyncSession, estimate: Estimate) -> Sequence[Any]:
    """The rows of its lines, in order; not mapped objects, of which 2,000 are slow to make."""
    columns: Any = EstimateLine
    statement = select(*(getattr(columns, name) for name in EstimateLine.model_fields))
    of_it = statement.where(columns.estimate_id == estimate.id).order_by(columns.position)
    return (await session.execute(of_it)).all()


def sums_by_chapter(production: Production, lines: Sequence[Any]) -> dict[int, Decimal]:
    """What the lines of each chapter of the production's chart come to."""
    chapter_of = chapters_of(production.chart_of_accounts)
    numbers = [chapter.number for chapter in chart_of(production.chart_of_accounts).chapters]
    return rules.chapter_totals(numbers, ((chapter_of[line.account], line.amount) for line in lines))


def _percentages(estimate: Estimate) -> rules.Percentages:
    return rules.Percentages(contingency=estimate.contingency_percent, overheads=estimate.overhead_percent)


def totals_of(estimate: Estimate, chapters: dict[int, Decimal]) -> rules.Totals:
    """From its chapters to its total."""
    return rules.totals(rules.subtotal(chapters.values()), _percentages(estimate))


def _summary(estimate: Estimate, currency: str, totals: rules.Totals) -> dict[str, Any]:
    return {
        **estimate.model_dump(include=set(EstimateSummary.model_fields)),
        "currency": currency,
        "contingency_percent": two_places(estimate.contingency_percent),
        "overhead_percent": two_places(estimate.overhead_percent),
        "subtotal": two_places(totals.subtotal),
        "contingency": two_places(totals.contingency),
        "overheads": two_places(totals.overheads),
        "total": two_places(totals.total),
    }
