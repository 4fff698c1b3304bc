"""HTTP of estimates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from parchemin.budget.access import Budgeting, Consulting
from parchemin.budget.estimates import service, steps, views
from parchemin.budget.estimates.comparison import EstimateComparison, compare
from parchemin.budget.estimates.models import Estimate
from parchemin.budget.estimates.rules import EstimateState
from parchemin.budget.estimates.schemas import (
    EstimateEntry,
    EstimateLines,
    EstimateStateChange,
    EstimateSummary,
    EstimateView,
    NewEstimate,
)
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented

router = APIRouter(prefix="/v1/estimates", tags=["estimates"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=documented(NotFound, service.OfAnotherProduction))
async def open_estimate(new: NewEstimate, session: Writing, principal: Budgeting, response: Response) -> EstimateView:
    """Open the next version of a production's estimate, as a draft: empty, or a copy of an earlier version."""
    estimate = await service.open_version(session, principal, new)
    tag(response, estimate.version)
    return await views.view(session, estimate)


@router.get("")
async def list_estimates(
    session: Reading,
    principal: Consulting,
    paging: Paging,
    production_id: Annotated[UUID | None, Query(description="Only this production's versions")] = None,
    state: Annotated[EstimateState | None, Query(description="Only versions in this state")] = None,
) -> Page[EstimateSummary]:
    """The estimates of the productions that the caller may see, with their totals and without their lines."""
    statement = service.visible_estimates(principal)
    if production_id is not None:
        statement = statement.where(col(Estimate.production_id) == production_id)
    if state is not None:
        statement = statement.where(col(Estimate.state) == state)
    rows = await page_rows(session, statement, Estimate, paging)
    found = await views.summaries(session, rows)
    return cut(rows, paging, lambda row: found[row.id])


@router.get("/{estimate_id}", response_model=EstimateView)
async def read_estimate(
    estimate_id: UUID, session: Reading, principal: Consulting, request: Request, response: Response
) -> EstimateView | Response:
    """One version: its lines with their amounts, the total of each chapter, contingency, overheads, total.

    Amounts are rounded half up to the cent at each line, at the contingency and at the overheads; totals are sums
    of rounded amounts. Contingency and overheads are each a percentage of the sub-total, not cumulative.
    """
    estimate = await one(session, service.visible_estimates(principal), Estimate, estimate_id)
    if is_unchanged(request, estimate.version):
        return not_modified(estimate.version)
    tag(response, estimate.version)
    return await views.view(session, estimate)


@router.get("/{estimate_id}/comparison", responses=documented(service.OfAnotherProduction))
async def compare_estimates(
    estimate_id: UUID,
    session: Reading,
    principal: Consulting,
    other_id: Annotated[UUID, Query(alias="with", description="The version to compare with")],
) -> EstimateComparison:
    """What this version costs more or less than another one of the production: by line, by chapter, in all."""
    estimate = await one(session, service.visible_estimates(principal), Estimate, estimate_id)
    other = await one(session, service.visible_estimates(principal), Estimate, other_id)
    if other.production_id != estimate.production_id:
        raise service.OfAnotherProduction
    return await compare(session, estimate, other)


@router.put("/{estimate_id}", responses=documented(service.EstimateNotDraft))
async def change_estimate(
    estimate_id: UUID,
    entry: EstimateEntry,
    session: Writing,
    principal: Budgeting,
    expected: ExpectedVersion,
    response: Response,
) -> EstimateView:
    """Replace a draft's label and percentages."""
    estimate = await service.change_draft(session, principal, estimate_id, entry, expected)
    await session.flush()
    tag(response, estimate.version)
    return await views.view(session, estimate)


@router.put("/{estimate_id}/lines", responses=documented(service.EstimateNotDraft, service.LinesRefused))
async def replace_estimate_lines(
    estimate_id: UUID,
    entry: EstimateLines,
    session: Writing,
    principal: Budgeting,
    expected: ExpectedVersion,
    response: Response,
) -> EstimateView:
    """Replace all lines of a draft."""
    estimate = await service.replace_lines(session, principal, estimate_id, entry.lines, expected)
    await session.flush()
    tag(response, estimate.version)
    return await views.view(session, estimate)


@router.put(
    "/{estimate_id}/state",
    responses=documented(steps.IllegalStep, steps.ApproverIsSubmitter, steps.LaterVersionApproved),
)
async def lead_estimate(
    estimate_id: UUID,
    change: EstimateStateChange,
    session: Writing,
    principal: Budgeting,
    expected: ExpectedVersion,
    response: Response,
) -> EstimateView:
    """Lead an estimate to its next state: `draft → submitted → approved`, or back from `submitted` to `draft`.

    Who approves is not who submitted. An approved version never changes; approving it supersedes the version that
    was approved before.
    """
    estimate = await steps.step(session, principal, estimate_id, EstimateState(change.state), expected)
    await session.flush()
    tag(response, estimate.version)
    return await views.view(session, estimate)
