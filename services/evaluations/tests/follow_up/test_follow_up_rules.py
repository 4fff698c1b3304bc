"""When holders are asked, and what their answers come to."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.evaluations.follow_up.rules import Cohort, Situation, State, awarded_until, due_on, state_at
from parchemin.evaluations.follow_up.throttle import Throttle, TooManyAnswers

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
months = st.integers(1, 120)


def test_a_survey_is_due_the_same_day_of_a_later_month_or_the_last_of_it() -> None:
    assert due_on(date(2024, 6, 17), 6) == date(2024, 12, 17)
    assert due_on(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert due_on(date(2024, 2, 29), 24) == date(2026, 2, 28)


@given(awarded_on=days, today=days, delay=months)
def test_what_is_opened_is_what_is_due(awarded_on: date, today: date, delay: int) -> None:
    assert (awarded_on <= awarded_until(today, delay)) is (due_on(awarded_on, delay) <= today)


def test_a_link_expires_and_an_answer_does_not() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    later = now + timedelta(seconds=1)
    assert state_at(State.DUE, None, now) is State.DUE
    assert state_at(State.SENT, later, now) is State.SENT
    assert state_at(State.SENT, now, now) is State.EXPIRED
    assert state_at(State.ANSWERED, now, later) is State.ANSWERED


@given(counts=st.dictionaries(st.sampled_from(Situation), st.integers(0, 50)), below=st.integers(1, 12))
def test_shares_are_of_those_who_answered(counts: dict[Situation, int], below: int) -> None:
    cohort = Cohort(2025, 6, 100, counts)
    assert cohort.is_small(below) is (0 < cohort.answered < below)
    if cohort.answered == 0:
        assert cohort.at_work is cohort.in_field is None
        return
    assert cohort.at_work is not None
    assert cohort.in_field is not None
    idle = sum(counts.get(one, 0) for one in (Situation.STUDYING, Situation.SEEKING, Situation.OTHER))
    assert cohort.at_work.exact == 1 - Fraction(idle, cohort.answered)
    assert cohort.in_field.exact <= cohort.at_work.exact


def test_permits_run_out_and_come_back_with_time() -> None:
    now = 100.0
    throttle = Throttle(2, lambda: now)
    throttle.take()
    throttle.take()
    with pytest.raises(TooManyAnswers) as refused:
        throttle.take()
    assert refused.value.headers == {"Retry-After": "31"}
    now += 31
    throttle.take()
    with pytest.raises(TooManyAnswers):
        throttle.take()
