"""Local hours over the days on which clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.evaluations.planning.local_time import (
    LocalTimeMissing,
    LocalTimeTwice,
    instant_of,
    minute_from,
    minute_of,
    minute_up_to,
)

PARIS = ZoneInfo("Europe/Paris")
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)


def utc(day: date, at: time) -> str:
    return instant_of(minute_of(day, at, PARIS)).isoformat()


def test_nine_o_clock_is_another_instant_before_and_after_the_clocks_change() -> None:
    assert utc(date(2026, 3, 28), time(9)) == "2026-03-28T08:00:00+00:00"
    assert utc(FORWARD, time(9)) == "2026-03-29T07:00:00+00:00"
    assert utc(date(2026, 10, 24), time(9)) == "2026-10-24T07:00:00+00:00"
    assert utc(BACK, time(9)) == "2026-10-25T08:00:00+00:00"


def test_a_night_over_the_change_is_an_hour_shorter_or_longer() -> None:
    assert minute_of(FORWARD, time(6), PARIS) - minute_of(FORWARD, time(0), PARIS) == 5 * 60
    assert minute_of(BACK, time(6), PARIS) - minute_of(BACK, time(0), PARIS) == 7 * 60


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(2, 59)])
def test_an_hour_that_clocks_skip_or_show_twice_is_refused(at: time) -> None:
    with pytest.raises(LocalTimeMissing):
        minute_of(FORWARD, at, PARIS)
    with pytest.raises(LocalTimeTwice):
        minute_of(BACK, at, PARIS)


@pytest.mark.parametrize("at", [time(1, 59), time(3)])
@pytest.mark.parametrize("day", [FORWARD, BACK])
def test_the_minutes_beside_it_are_not(day: date, at: time) -> None:
    assert instant_of(minute_of(day, at, PARIS)).astimezone(PARIS).time() == at


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - UTC is added
def test_minutes_surround_the_instant(instant: datetime) -> None:
    before, after = instant_of(minute_from(instant)), instant_of(minute_up_to(instant))
    assert before <= instant <= after
    assert (after - before).total_seconds() == (0 if before == instant else 60)
