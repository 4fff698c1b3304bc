"""Where an account stands in its chart. Pure."""

from collections.abc import Mapping

from parchemin.budget.charts.schemas import ChartOfAccounts


def chapters_by_code(chart: ChartOfAccounts) -> Mapping[str, int]:
    """The chapter of everything that a line may name: an account, or a chapter by its number."""
    codes = {str(chapter.number): chapter.number for chapter in chart.chapters}
    for chapter in chart.chapters:
        codes |= {account.code: chapter.number for account in chapter.accounts}
    return codes
