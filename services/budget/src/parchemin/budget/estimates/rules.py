"""What an estimate (*devis*) comes to, and how it lives. Pure, exact decimals only.

Rounding: half up to the cent, at each line, at the contingency and at the overheads, nowhere else; every total is
a sum of rounded amounts. Base of contingency (*imprévus*) and overheads (*frais généraux*): the sub-total of the
chapters, for each alike, not cumulative. Source: CNC form, chapters 1 to 9, then these two.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from enum import StrEnum

CENT = Decimal("0.01")
LINE_BOUND = Decimal(10) ** 10
"""The amount of a line stays under it."""
MAX_LINES = 2_000
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Products and sums within the bounds of the API are exact in it, whatever context the caller works in."""


class EstimateState(StrEnum):
    """Where a version of the estimate stands. The one that is approved is the current one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


NEXT_STATES: Mapping[EstimateState, frozenset[EstimateState]] = {
    EstimateState.DRAFT: frozenset({EstimateState.SUBMITTED}),
    EstimateState.SUBMITTED: frozenset({EstimateState.DRAFT, EstimateState.APPROVED}),
    EstimateState.APPROVED: frozenset(),
    EstimateState.SUPERSEDED: frozenset(),
}
"""What a person may ask for."""
ENTAILED_STATES: Mapping[EstimateState, frozenset[EstimateState]] = {
    EstimateState.APPROVED: frozenset({EstimateState.SUPERSEDED}),
}
"""An approved version is superseded by the approval of a later one: nobody asks for it."""
FIRST_STATES = frozenset({EstimateState.DRAFT})


def may_become(state: EstimateState, wanted: EstimateState) -> bool:
    """Whether an estimate in `state` may go to `wanted` next."""
    return wanted in NEXT_STATES[state]


def line_amount(quantity: Decimal, units: Decimal, rate: Decimal) -> Decimal:
    """Quantity × units × rate, to the cent: 2.5 × 1 × 281.57 = 703.93."""
    return _to_the_cent(_EXACT.multiply(_EXACT.multiply(quantity, units), rate))


def fits(amount: Decimal) -> bool:
    """Whether a line may come to this much."""
    return amount < LINE_BOUND


@dataclass(frozen=True, slots=True)
class Percentages:
    """What is added to the sub-total, in per cent of it."""

    contingency: Decimal
    overheads: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """What the estimate comes to."""

    subtotal: Decimal
    contingency: Decimal
    overheads: Decimal
    total: Decimal


def chapter_totals(chapters: Sequence[int], amounts: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """The sum of each of these chapters, in their order; `amounts` are a chapter and a line's amount each."""
    sums = dict.fromkeys(chapters, Decimal("0.00"))
    for chapter, amount in amounts:
        sums[chapter] = _EXACT.add(sums[chapter], amount)
    return sums


def subtotal(chapters: Iterable[Decimal]) -> Decimal:
    """The sum of all chapters."""
    with localcontext(_EXACT):
        return sum(chapters, Decimal("0.00"))


def totals(subtotal: Decimal, percentages: Percentages) -> Totals:
    """From the sub-total of all chapters to the total."""
    with localcontext(_EXACT):
        contingency = _to_the_cent(subtotal * percentages.contingency / 100)
        overheads = _to_the_cent(subtotal * percentages.overheads / 100)
        return Totals(subtotal, contingency, overheads, subtotal + contingency + overheads)


def _to_the_cent(exact: Decimal) -> Decimal:
    return exact.quantize(CENT, context=_EXACT)


@dataclass(frozen=True, slots=True)
class Posted:
    """A line as a comparison sees it."""

    account: str
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """What stands under one account and label in two estimates; None where one of them has no such line."""

    account: str
    label: str
    amount: Decimal | None
    other_amount: Decimal | None

    @property
    def difference(self) -> Decimal:
        """How much more it is here than in the other."""
        nothing = Decimal("0.00")
        return _EXACT.subtract(self.amount or nothing, self.other_amount or nothing)


def differences(lines: Sequence[Posted], others: Sequence[Posted]) -> tuple[Difference, ...]:
    """Line by line, in the order of `lines`, then what only `others` have.

    Lines match by account and label; those of one estimate that share both count together.
    """
    here, there = _by_account_and_label(lines), _by_account_and_label(others)
    return tuple(Difference(*key, here.get(key), there.get(key)) for key in {**here, **there})


def _by_account_and_label(lines: Sequence[Posted]) -> dict[tuple[str, str], Decimal]:
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: Decimal("0.00"))
    for line in lines:
        sums[line.account, line.label] = _EXACT.add(sums[line.account, line.label], line.amount)
    return dict(sums)
