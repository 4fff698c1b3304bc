"""What an attendance sheet may say, who is late, and what an absence costs."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.contracts.vocabulary import Attendance
from parchemin.evaluations.attendance.rules import (
    Attempts,
    Justification,
    SignIn,
    attempts_of,
    called_at,
    counts_as_attempt,
    is_late,
    sign_in_faults,
)

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 6, 15)
MORNING = datetime(2026, 6, 15, 7, 0, tzinfo=UTC)
NOW = MORNING + timedelta(days=30)


@pytest.mark.parametrize(
    ("attendance", "arrived", "signed", "justification"),
    list(product(Attendance, [None, MORNING], [False, True], [None, *Justification])),
)
def test_only_who_is_present_arrives_and_signs_and_only_who_is_not_justifies(
    attendance: Attendance, arrived: datetime | None, signed: bool, justification: Justification | None
) -> None:
    found = sign_in_faults(SignIn(attendance, arrived, signed, justification), held_on=DAY, zone=PARIS, now=NOW)
    there = attendance == "present"
    expected = {
        "arrived_but_away": arrived is not None and not there,
        "signed_but_away": signed and not there,
        "justified_but_present": justification is not None and there,
    }
    assert list(found) == [code for code, wrong in expected.items() if wrong]


@given(st.integers(-48 * 60, 72 * 60).map(lambda minutes: MORNING + timedelta(minutes=minutes)), st.booleans())
def test_an_arrival_is_on_the_day_of_the_place_and_not_to_come(arrived: datetime, rehearsal: bool) -> None:
    now = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
    entry = SignIn(Attendance.PRESENT, arrived)
    found = sign_in_faults(entry, held_on=DAY, zone=PARIS, now=now, rehearsal=rehearsal)
    # Paris keeps UTC+2 in June: its 15 June runs from 22:00 UTC the day before
    begins = datetime(2026, 6, 14, 22, 0, tzinfo=UTC)
    expected = ["arrived_in_the_future"] if arrived > now else ["arrived_on_another_day"] if arrived < begins else []
    assert list(found) == ([] if rehearsal else expected)


@given(st.integers(-600, 600), st.none() | st.integers(0, 600))
def test_late_is_after_the_call_and_what_is_tolerated(minutes: int, tolerated: int | None) -> None:
    called = called_at(DAY, time(9), PARIS)
    assert called == datetime(2026, 6, 15, 7, 0, tzinfo=UTC)
    late = is_late(called + timedelta(minutes=minutes), called, tolerated)
    assert late is (None if tolerated is None else minutes > tolerated)
    assert is_late(None, called, tolerated) is None


@given(st.lists(st.none() | st.sampled_from(Attendance), max_size=8), st.none() | st.integers(1, 8))
def test_an_attempt_is_left_unless_each_one_is_used_or_to_come(
    attendances: list[Attendance | None], maximum: int | None
) -> None:
    attempts = attempts_of(attendances)
    excused = [one for one in attendances if one is Attendance.EXCUSED]
    assert attempts.used + attempts.pending + len(excused) == len(attendances)
    assert attempts.pending == sum(one is None for one in attendances)
    assert attempts.exhausted(maximum) == (maximum is not None and len(attendances) - len(excused) >= maximum)


@given(st.integers(1, 5), st.lists(st.sampled_from(Attendance), max_size=20))
def test_nobody_tries_more_often_than_there_are_attempts(maximum: int, life: list[Attendance]) -> None:
    past: list[Attendance | None] = []
    for outcome in life:
        if not attempts_of(past).exhausted(maximum):
            past.append(outcome)
    assert attempts_of(past).used <= maximum
    assert attempts_of(past).used == min(maximum, sum(one is not Attendance.EXCUSED for one in life))


def test_an_unexcused_absence_costs_an_attempt() -> None:
    assert [counts_as_attempt(attendance) for attendance in (None, *Attendance)] == [None, True, True, False]
    assert attempts_of([Attendance.ABSENT, Attendance.EXCUSED, None]) == Attempts(used=1, pending=1)
