"""Use cases about estimates: opening versions, and writing the draft."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.budget.charts.service import chapters_of
from parchemin.budget.estimates import rules
from parchemin.budget.estimates.models import Estimate, EstimateLine
from parchemin.budget.estimates.schemas import EstimateEntry, LineEntry, NewEstimate
from parchemin.budget.productions.models import Production
from parchemin.budget.productions.service import locked_production, visible_productions
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.ownership import one, owned
from parchemin.common.problems import Conflict, FieldFault, Unprocessable

_COPIED = [name for name in EstimateLine.model_fields if name != "estimate_id"]


class EstimateNotDraft(Conflict):
    """It was handed in: it is sent back first, or, once approved, a new version is opened."""

    code = "estimate_not_draft"
    detail = Text(
        "Le devis est « {state} » : seul un brouillon se modifie.",
        "The estimate is {state}: only a draft is changed.",
    )


class OfAnotherProduction(Unprocessable):
    """Versions are copied and compared within one production: one currency, one chart of accounts."""

    code = "of_another_production"
    detail = Text("Ce devis est celui d'une autre production.", "This estimate is of another production.")


class LinesRefused(Unprocessable):
    """Some lines name no account of the chart, or come to too much."""

    code = "estimate_lines_refused"
    detail = Text("Des lignes du devis sont refusées.", "Some lines of the estimate are refused.")


def visible_estimates(principal: Principal) -> Select[Estimate]:
    """The estimates of the productions that the caller may see."""
    productions = visible_productions(principal).with_only_columns(col(Production.id))
    return owned(Estimate, principal).where(col(Estimate.production_id).in_(productions))


async def open_version(session: AsyncSession, principal: Principal, new: NewEstimate) -> Estimate:
    """Open the next version of the production's estimate: empty, or a copy of an earlier one."""
    production = await locked_production(session, principal, new.production_id)
    source = None if new.copy_of is None else await _source(session, principal, production, new.copy_of)
    last = select(func.max(col(Estimate.number))).where(col(Estimate.production_id) == production.id)
    estimate = Estimate(
        organisation_id=production.organisation_id,
        production_id=production.id,
        number=(await session.scalar(last) or 0) + 1,
        label=new.label,
    )
    if source is not None:
        estimate.contingency_percent = source.contingency_percent
        estimate.overhead_percent = source.overhead_percent
    for name in ("contingency_percent", "overhead_percent"):
        if (given := getattr(new, name)) is not None:
            setattr(estimate, name, given)
    session.add(estimate)
    await session.flush()
    if source is not None:
        await _copy_lines(session, source, estimate)
    return estimate


async def change_draft(
    session: AsyncSession, principal: Principal, estimate_id: UUID, entry: EstimateEntry, expected: int
) -> Estimate:
    """Replace the draft's label and percentages."""
    estimate = await _locked_draft(session, principal, estimate_id, expected)
    estimate.label = entry.label
    estimate.contingency_percent = entry.contingency_percent
    estimate.overhead_percent = entry.overhead_percent
    estimate.updated_at = utc_now()
    return estimate


async def replace_lines(
    session: AsyncSession, principal: Principal, estimate_id: UUID, lines: Sequence[LineEntry], expected: int
) -> Estimate:
    """Replace all lines of the draft."""
    estimate = await _locked_draft(session, principal, estimate_id, expected)
    production = await session.get_one(Production, estimate.production_id)
    amounts = _amounts(production, lines)
    await session.execute(delete(EstimateLine).where(col(EstimateLine.estimate_id) == estimate.id))
    if lines:
        rows = [
            _row(estimate, position, line, amount)
            for position, (line, amount) in enumerate(zip(lines, amounts, strict=True), start=1)
        ]
        await session.execute(insert(EstimateLine), rows)
    estimate.updated_at = utc_now()
    return estimate


async def _locked_draft(session: AsyncSession, principal: Principal, estimate_id: UUID, expected: int) -> Estimate:
    estimate = await one(session, visible_estimates(principal).with_for_update(), Estimate, estimate_id)
    require_version(estimate, expected)
    if estimate.state != rules.EstimateState.DRAFT:
        raise EstimateNotDraft(state=estimate.state)
    return estimate


async def _source(session: AsyncSession, principal: Principal, production: Production, source_id: UUID) -> Estimate:
    """The estimate to be copied, locked: what is copied is one state of it."""
    source = await one(session, visible_estimates(principal).with_for_update(), Estimate, source_id)
    if source.production_id != production.id:
        raise OfAnotherProduction
    return source


async def _copy_lines(session: AsyncSession, source: Estimate, target: Estimate) -> None:
    columns: Any = EstimateLine
    copied = select(literal(target.id, columns.estimate_id.type), *(getattr(columns, name) for name in _COPIED)).where(
        columns.estimate_id == source.id
    )
    await session.execute(insert(EstimateLine).from_select(["estimate_id", *_COPIED], copied))


def _amounts(production: Production, lines: Sequence[LineEntry]) -> list[Decimal]:
    chapters = chapters_of(production.chart_of_accounts)
    amounts = [rules.line_amount(line.quantity, line.units, line.rate) for line in lines]
    faults = []
    for index, (line, amount) in enumerate(zip(lines, amounts, strict=True)):
        if line.account not in chapters:
            text = Text("Le plan de comptes n'a pas ce compte.", "The chart has no such account.")
            faults.append(FieldFault(f"/lines/{index}/account", "account_unknown", text))
        if not rules.fits(amount):
            text = Text("Le montant de la ligne est trop élevé.", "The line comes to too much.")
            faults.append(FieldFault(f"/lines/{index}", "amount_too_large", text))
    if faults:
        raise LinesRefused(faults=faults)
    return amounts


def _row(estimate: Estimate, position: int, line: LineEntry, amount: Decimal) -> dict[str, Any]:
    return {
        **line.model_dump(exclude={"quantity", "units"}),
        "estimate_id": estimate.id,
        "position": position,
        "quantity_thousandths": int(line.quantity.scaleb(3)),
        "units_thousandths": int(line.units.scaleb(3)),
        "amount": amount,
    }
