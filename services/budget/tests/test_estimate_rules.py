"""The rules of estimates: exact sums, one rounding rule, the way from draft to approved."""

from decimal import ROUND_DOWN, Context, Decimal, getcontext, setcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.budget.tests.builders import CHAPTERS, DOCUMENTARY, TOTALS

from parchemin.budget.charts.rules import chapters_by_code
from parchemin.budget.charts.service import all_charts
from parchemin.budget.estimates.rules import (
    LINE_BOUND,
    EstimateState,
    Percentages,
    Posted,
    chapter_totals,
    differences,
    fits,
    line_amount,
    may_become,
    subtotal,
    totals,
)

CHAPTER_NUMBERS = range(1, 10)
quantities = st.decimals(min_value=0, max_value=Decimal("9999999.999"), places=3)
rates = st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2)
amounts = st.decimals(min_value=0, max_value=LINE_BOUND - Decimal("0.01"), places=2)
percents = st.decimals(min_value=0, max_value=100, places=2)
booked = st.lists(st.tuples(st.sampled_from(CHAPTER_NUMBERS), amounts), max_size=60)


def half_up_cents(exact: Fraction) -> int:
    """Cents, half up, by integer arithmetic: the oracle."""
    return int((exact * 100 * 2 + 1) // 2)


def estimate(lines: list[tuple[int, Decimal]], percentages: Percentages) -> tuple[dict[int, Decimal], object]:
    chapters = chapter_totals(CHAPTER_NUMBERS, lines)
    return chapters, totals(subtotal(chapters.values()), percentages)


def test_the_documentary_comes_out_as_by_hand() -> None:
    chapter_of = chapters_by_code(all_charts()["cnc-feature-2018"])
    lines = []
    for account, _, quantity, units, _, rate, by_hand in DOCUMENTARY:
        amount = line_amount(Decimal(quantity), Decimal(units), Decimal(rate))
        assert str(amount) == by_hand
        lines.append((chapter_of[account], amount))
    chapters = chapter_totals(CHAPTER_NUMBERS, lines)
    assert [str(amount) for amount in chapters.values()] == CHAPTERS
    found = totals(subtotal(chapters.values()), Percentages(Decimal("5"), Decimal("7.5")))
    assert {name: str(getattr(found, name)) for name in TOTALS} == TOTALS


def test_an_empty_estimate_comes_to_nothing() -> None:
    chapters = chapter_totals(CHAPTER_NUMBERS, [])
    found = totals(subtotal(chapters.values()), Percentages(Decimal(5), Decimal(10)))
    assert [str(found.subtotal), str(found.total)] == ["0.00", "0.00"]


@given(quantities, quantities, rates)
def test_a_line_is_rounded_half_up_to_the_cent(quantity: Decimal, units: Decimal, rate: Decimal) -> None:
    exact = Fraction(quantity) * Fraction(units) * Fraction(rate)
    amount = line_amount(quantity, units, rate)
    assert amount.scaleb(2) == half_up_cents(exact)
    assert fits(amount) == (half_up_cents(exact) < 10**12)


def test_rounding_does_not_depend_on_the_callers_context() -> None:
    before = getcontext()
    try:
        setcontext(Context(prec=4, rounding=ROUND_DOWN))
        amount = line_amount(Decimal("2.5"), Decimal(1), Decimal("281.57"))
        chapters = chapter_totals([1], [(1, amount), (1, Decimal("22188.52"))])
        found = totals(subtotal(chapters.values()), Percentages(Decimal("5"), Decimal("7.5")))
    finally:
        setcontext(before)
    assert (str(amount), str(found.subtotal), str(found.contingency)) == ("703.93", "22892.45", "1144.62")


@pytest.mark.parametrize(
    ("quantity", "rate", "may_stand"),
    [("1", "9999999999.99", True), ("1.001", "9990009990.00", True), ("1.001", "9990009990.01", False)],
)
def test_a_line_stays_under_ten_thousand_million(quantity: str, rate: str, may_stand: bool) -> None:
    # 1.001 × 9 990 009 990.00 = 9 999 999 999.99 and no more; with a cent more it is rounded up to 10^10
    assert fits(line_amount(Decimal(quantity), Decimal(1), Decimal(rate))) is may_stand


@given(booked, percents, percents)
def test_totals_are_sums_of_rounded_amounts(
    lines: list[tuple[int, Decimal]], contingency: Decimal, overheads: Decimal
) -> None:
    chapters = chapter_totals(CHAPTER_NUMBERS, lines)
    found = totals(subtotal(chapters.values()), Percentages(contingency, overheads))
    assert list(chapters) == list(CHAPTER_NUMBERS)
    assert found.subtotal == sum(chapters.values()) == sum(amount for _, amount in lines)
    assert found.total == found.subtotal + found.contingency + found.overheads
    base = Fraction(found.subtotal)
    assert found.contingency.scaleb(2) == half_up_cents(base * Fraction(contingency) / 100)
    assert found.overheads.scaleb(2) == half_up_cents(base * Fraction(overheads) / 100)
    assert {-amount.as_tuple().exponent for amount in (found.subtotal, found.contingency, found.total)} == {2}


@given(st.data(), booked, percents, percents)
def test_the_order_of_lines_changes_no_total(
    data: st.DataObject, lines: list[tuple[int, Decimal]], contingency: Decimal, overheads: Decimal
) -> None:
    percentages = Percentages(contingency, overheads)
    assert estimate(data.draw(st.permutations(lines)), percentages) == estimate(lines, percentages)


def test_what_a_person_may_ask_for() -> None:
    allowed = {(state, wanted) for state in EstimateState for wanted in EstimateState if may_become(state, wanted)}
    draft, submitted = EstimateState.DRAFT, EstimateState.SUBMITTED
    assert allowed == {(draft, submitted), (submitted, draft), (submitted, EstimateState.APPROVED)}


def posted(account: str, label: str, amount: str) -> Posted:
    return Posted(account, label, Decimal(amount))


def test_lines_are_compared_by_account_and_label() -> None:
    lines = [posted("2", "Cadreur", "700.00"), posted("71", "Caméra", "100.00"), posted("2", "Cadreur", "50.00")]
    others = [posted("71", "Optiques", "80.00"), posted("2", "Cadreur", "600.00"), posted("61", "Caméra", "9.00")]
    found = [(f.account, f.label, f.amount, f.other_amount, str(f.difference)) for f in differences(lines, others)]
    assert found == [
        ("2", "Cadreur", Decimal("750.00"), Decimal("600.00"), "150.00"),
        ("71", "Caméra", Decimal("100.00"), None, "100.00"),
        ("71", "Optiques", None, Decimal("80.00"), "-80.00"),
        ("61", "Caméra", None, Decimal("9.00"), "-9.00"),
    ]


lines_posted = st.lists(
    st.builds(Posted, st.sampled_from(["1", "2", "71"]), st.sampled_from(["a", "b"]), amounts), max_size=20
)


@given(lines_posted, lines_posted)
def test_differences_add_up_to_the_difference_of_the_sums(lines: list[Posted], others: list[Posted]) -> None:
    found = differences(lines, others)
    expected = sum(line.amount for line in lines) - sum(line.amount for line in others)
    assert sum(difference.difference for difference in found) == expected
    assert len({(difference.account, difference.label) for difference in found}) == len(found)
