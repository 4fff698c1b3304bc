"""HTTP of productions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from parchemin.budget.access import Budgeting, Consulting
from parchemin.budget.charts.service import ChartUnknown
from parchemin.budget.productions import service
from parchemin.budget.productions.models import Production
from parchemin.budget.productions.schemas import NewProduction, ProductionEntry, ProductionView
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented

router = APIRouter(prefix="/v1/productions", tags=["productions"], route_class=TransactionalRoute)


@router.post(
    "", status_code=201, responses=documented(NotFound, ChartUnknown, service.CurrencyRefused, service.OwnerErased)
)
async def open_production(
    new: NewProduction, session: Writing, principal: Budgeting, response: Response
) -> ProductionView:
    """Open a production for an enrolment. Opened by a candidate it is their own; opened by staff it is the
    `owner_subject`'s."""
    production = await service.open_production(session, principal, new)
    tag(response, production.version)
    return (await service.views(session, [production]))[0]


@router.get("")
async def list_productions(
    session: Reading,
    principal: Consulting,
    paging: Paging,
    enrolment_id: Annotated[UUID | None, Query(description="Only this enrolment's")] = None,
) -> Page[ProductionView]:
    """The organisation's productions; a candidate sees the own ones only."""
    statement = service.visible_productions(principal)
    if enrolment_id is not None:
        statement = statement.where(col(Production.enrolment_id) == enrolment_id)
    rows = await page_rows(session, statement, Production, paging)
    views = {view.id: view for view in await service.views(session, rows[: paging.limit])}
    return cut(rows, paging, lambda row: views[row.id])


@router.get("/{production_id}", response_model=ProductionView)
async def read_production(
    production_id: UUID, session: Reading, principal: Consulting, request: Request, response: Response
) -> ProductionView | Response:
    """One production."""
    production = await one(session, service.visible_productions(principal), Production, production_id)
    if is_unchanged(request, production.version):
        return not_modified(production.version)
    tag(response, production.version)
    return (await service.views(session, [production]))[0]


@router.put(
    "/{production_id}",
    responses=documented(ChartUnknown, service.CurrencyRefused, service.ProductionHasEstimates, service.OwnerErased),
)
async def change_production(
    production_id: UUID,
    entry: ProductionEntry,
    session: Writing,
    principal: Budgeting,
    expected: ExpectedVersion,
    response: Response,
) -> ProductionView:
    """Replace what is said of a production. Currency and chart of accounts stay once there is an estimate."""
    production = await service.change_production(session, principal, production_id, entry, expected)
    await session.flush()
    tag(response, production.version)
    return (await service.views(session, [production]))[0]
