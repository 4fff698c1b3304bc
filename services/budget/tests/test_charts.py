"""Charts of accounts: the data, and what everybody may read of it."""

import httpx
import pytest

from parchemin.budget.charts.rules import chapters_by_code
from parchemin.budget.charts.service import all_charts


@pytest.mark.parametrize("chart_id", sorted(all_charts()))
def test_a_chart_is_consistent(chart_id: str) -> None:
    chart = all_charts()[chart_id]
    assert chart_id == chart.id
    assert [chapter.number for chapter in chart.chapters] == list(range(1, len(chart.chapters) + 1))
    accounts = [account.code for chapter in chart.chapters for account in chapter.accounts]
    assert accounts == sorted(set(accounts))
    assert all(len(code) == 2 for code in accounts)
    codes = chapters_by_code(chart)
    assert len(codes) == len(accounts) + len(chart.chapters), "an account has the number of a chapter"
    assert [addition.code for addition in chart.after_subtotal] == ["contingency", "overheads"]


def test_accounts_of_the_cnc_form_start_with_their_chapters_number() -> None:
    chart = all_charts()["cnc-feature-2018"]
    assert len(chart.chapters) == 9
    for code, chapter in chapters_by_code(chart).items():
        assert code.startswith(str(chapter))


@pytest.mark.asyncio
async def test_everybody_reads_the_charts(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]
    listed = await client.get("/v1/charts_of_accounts")
    assert listed.status_code == 200, listed.text
    for chart in listed.json()["items"]:
        one = await client.get(f"/v1/charts_of_accounts/{chart['id']}")
        assert one.json() == chart
        known = {"If-None-Match": one.headers["etag"]}
        assert (await client.get(f"/v1/charts_of_accounts/{chart['id']}", headers=known)).status_code == 304
    held = {"If-None-Match": listed.headers["etag"]}
    assert (await client.get("/v1/charts_of_accounts", headers=held)).status_code == 304


@pytest.mark.asyncio
async def test_a_chart_that_is_not_there(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/charts_of_accounts/cnc-feature-1998")).status_code == 404
    assert (await client.get("/v1/charts_of_accounts/CNC%202018")).status_code == 422
