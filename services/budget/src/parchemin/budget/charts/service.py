"""The charts of accounts that come with the service. They are data: the form is revised, estimates stay on theirs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from parchemin.budget.charts.rules import chapters_by_code
from parchemin.budget.charts.schemas import ChartList, ChartOfAccounts
from parchemin.common.language import Text
from parchemin.common.problems import NotFound, Unprocessable

DATA = files("parchemin.budget.charts") / "data"


class ChartUnknown(Unprocessable):
    """There is no such chart of accounts."""

    code = "chart_of_accounts_unknown"
    detail = Text("Ce plan de comptes n'existe pas.", "There is no such chart of accounts.")


@dataclass(frozen=True, slots=True)
class Shipped:
    """A document that comes with the service."""

    body: str
    digest: str
    """SHA-256 of `body`; its ETag."""


def _shipped(body: str) -> Shipped:
    return Shipped(body, hashlib.sha256(body.encode()).hexdigest())


@cache
def all_charts() -> Mapping[str, ChartOfAccounts]:
    """The charts by id, in the order of their ids."""
    found = sorted(file.name for file in DATA.iterdir() if file.name.endswith(".json"))
    charts = [ChartOfAccounts.model_validate_json((DATA / name).read_text(encoding="utf-8")) for name in found]
    return {chart.id: chart for chart in charts}


@cache
def chart_list() -> Shipped:
    """All charts, as one page."""
    return _shipped(ChartList(items=list(all_charts().values())).model_dump_json())


def shipped_chart(chart_id: str) -> Shipped:
    """One chart, for whoever reads it."""
    if chart_id not in all_charts():
        raise NotFound
    return _shipped(all_charts()[chart_id].model_dump_json())


def chart_of(chart_id: str) -> ChartOfAccounts:
    """The chart that a production names."""
    if chart_id not in all_charts():
        raise ChartUnknown
    return all_charts()[chart_id]


@cache
def chapters_of(chart_id: str) -> Mapping[str, int]:
    """The chapter of each account of a chart."""
    return chapters_by_code(chart_of(chart_id))
