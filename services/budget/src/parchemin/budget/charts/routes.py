"""HTTP of charts of accounts. Public: the forms are."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from parchemin.budget.charts import service
from parchemin.budget.charts.schemas import ChartId, ChartList, ChartOfAccounts
from parchemin.budget.charts.service import Shipped
from parchemin.common.auth import public
from parchemin.common.http.conditions import is_unchanged, not_modified, tag

router = APIRouter(prefix="/v1/charts_of_accounts", tags=["charts of accounts"], dependencies=[Depends(public)])

CACHING = {"Cache-Control": "public, max-age=3600"}
NamedChart = Annotated[ChartId, Path(examples=["cnc-feature-2018"])]


def _answer(request: Request, shipped: Shipped) -> Response:
    if is_unchanged(request, shipped.digest):
        return not_modified(shipped.digest, CACHING)
    response = Response(shipped.body, media_type="application/json", headers=CACHING)
    tag(response, shipped.digest)
    return response


@router.get("", response_model=ChartList)
async def list_charts_of_accounts(request: Request) -> Response:
    """All charts of accounts, whole. Titles are those of the forms, in French."""
    return _answer(request, service.chart_list())


@router.get("/{chart_id}", response_model=ChartOfAccounts)
async def read_chart_of_accounts(chart_id: NamedChart, request: Request) -> Response:
    """One chart of accounts: chapters with their accounts, then what is added after the sub-total."""
    return _answer(request, service.shipped_chart(chart_id))
