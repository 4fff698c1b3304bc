"""Dates of which a part may be unknown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from parchemin.contracts.partial_dates import PartialDate

days = st.dates(min_value=date(1, 1, 1))


def partials() -> st.SearchStrategy[PartialDate]:
    return st.builds(lambda day, known: PartialDate(*(day.year, day.month, day.day)[:known]), days, st.integers(1, 3))


@given(partials())
def test_what_is_written_reads_back(value: PartialDate) -> None:
    assert PartialDate.parse(str(value)) == value
    adapter = TypeAdapter(PartialDate)
    assert adapter.validate_json(adapter.dump_json(value)) == value


@given(partials())
def test_it_lies_between_its_earliest_and_latest_day(value: PartialDate) -> None:
    assert value.earliest <= value.latest
    assert (value.whole is not None) == (value.earliest == value.latest)
    assert value.compatible(PartialDate.of(value.earliest))
    assert value.compatible(PartialDate.of(value.latest))


@given(partials(), partials())
def test_compatibility_is_mutual_and_means_a_common_day(one: PartialDate, other: PartialDate) -> None:
    assert one.compatible(other) == other.compatible(one)
    common = max(one.earliest, other.earliest)
    assert one.compatible(other) == (common <= min(one.latest, other.latest))


@pytest.mark.parametrize(
    "wrong", ["", "85", "1985-6", "1985-13", "1985-00", "1985-02-30", "1985-06-", "١٩٨٥", "1985-06-17T00:00:00", 1985]
)
def test_anything_else_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(PartialDate).validate_python(wrong)


def test_day_without_month_is_no_date() -> None:
    with pytest.raises(ValueError, match="without its month"):
        PartialDate(1985, None, 3)
