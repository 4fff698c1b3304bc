"""What a snapshot says. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from parchemin.budget.decimals import two_places
from parchemin.budget.estimates.rules import Totals

Figures = dict[str, Any]
"""As JSON: texts, but for the number of the version."""


def figures_of(
    *, currency: str, estimate_id: UUID, estimate_version: int, chapters: Mapping[int, Decimal], totals: Totals
) -> Figures:
    """The figures of a version of an estimate: its chapters in the order of the chart, and what is added to them."""
    return {
        "currency": currency,
        "estimate_id": str(estimate_id),
        "estimate_version": estimate_version,
        "chapters": [{"code": str(number), "amount": two_places(amount)} for number, amount in chapters.items()],
        "contingency": two_places(totals.contingency),
        "overheads": two_places(totals.overheads),
        "total": two_places(totals.total),
    }
