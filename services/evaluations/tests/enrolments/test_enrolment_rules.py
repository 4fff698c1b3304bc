"""Measures count within their dates; an exemption counts unless the competency was graded."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from parchemin.evaluations.enrolments.rules import holding, is_graded

DAY = date(2026, 6, 15)
days = st.none() | st.dates(DAY - timedelta(days=3), DAY + timedelta(days=3))
codes = st.frozensets(st.sampled_from(["C1.1", "C1.2", "C2.1"]))


def measure(first: date | None, last: date | None) -> dict[str, Any]:
    return {"valid_from": first and first.isoformat(), "valid_until": last and last.isoformat()}


@given(st.lists(st.tuples(days, days), max_size=5))
def test_a_measure_counts_from_its_first_day_to_its_last_and_on_no_other(periods: list[tuple[date, date]]) -> None:
    measures = [measure(*period) for period in periods]
    held = holding(measures, DAY)
    for period, one in zip(periods, measures, strict=True):
        first, last = period
        outside = (first is not None and first > DAY) or (last is not None and last < DAY)
        assert (one in held) != outside


def test_a_measure_that_was_told_before_there_were_dates_holds_for_ever() -> None:
    assert holding([{"kind": "equipment"}], DAY) == [{"kind": "equipment"}]


@given(st.lists(codes, max_size=4), codes, st.booleans())
def test_one_level_on_a_signed_sheet_makes_a_competency_graded(
    signed: list[frozenset[str]], criteria: frozenset[str], acquired: bool
) -> None:
    said = any(code in sheet for sheet in signed for code in criteria)
    assert is_graded(criteria, signed, acquired=acquired) == (said or acquired)
    assert not is_graded(criteria, [], acquired=False)
