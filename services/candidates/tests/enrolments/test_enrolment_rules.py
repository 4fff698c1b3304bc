"""The life of an enrolment, over the rules alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.enrolments.rules import (
    ENTAILED_STATES,
    FIRST_STATES,
    NEXT_STATES,
    OPEN,
    RUNNING,
    Dates,
    following_state,
    has_ended,
    looks_like_a_nir,
    may_become,
    misplaced_dates,
)
from parchemin.contracts.vocabulary import EnrolmentState

states = st.sampled_from(EnrolmentState)
days = st.none() | st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(st.sampled_from(sorted(FIRST_STATES)), st.lists(st.tuples(states, st.booleans()), max_size=12))
def test_no_history_of_steps_and_facts_leaves_the_drawn_paths(
    state: EnrolmentState, steps: list[tuple[EnrolmentState, bool]]
) -> None:
    for wanted, complete in steps:
        if may_become(state, wanted):
            state = wanted
        follows = following_state(state, is_complete=complete)
        if follows is not None:
            assert follows in ENTAILED_STATES[state]
            state = follows
        assert (state is EnrolmentState.COMPLETED) <= complete
        assert following_state(state, is_complete=complete) is None, "the same facts again change nothing"


def test_nobody_asks_for_what_follows_by_itself() -> None:
    asked_for = frozenset().union(*NEXT_STATES.values())
    assert asked_for.isdisjoint({EnrolmentState.COMPLETED, EnrolmentState.EXPIRED, EnrolmentState.APPLIED})
    assert OPEN < RUNNING == FIRST_STATES
    for state in EnrolmentState:
        assert NEXT_STATES[state].isdisjoint(ENTAILED_STATES[state])
        assert (EnrolmentState.EXPIRED in ENTAILED_STATES[state]) == (state in RUNNING)


@given(days, days, days)
def test_nothing_begins_after_the_end(entry: date | None, training: date | None, end: date | None) -> None:
    named = {"entry_on": entry, "training_started_on": training}
    expected = [member for member, began in named.items() if began is not None and end is not None and began > end]
    assert list(misplaced_dates(Dates(entry, training, end))) == expected


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-3, 3))
def test_the_last_day_still_counts(last: date, later: int) -> None:
    assert has_ended(last, last + timedelta(days=later)) == (later > 0)
    assert not has_ended(None, last)


@given(
    sex=st.sampled_from("1278"),
    year=st.integers(0, 99),
    month=st.integers(1, 12),
    department=st.sampled_from(["01", "75", "99", "2A", "2B"]),
    rest=st.integers(0, 999999),
    keyed=st.booleans(),
    blank=st.sampled_from(["", " ", "-"]),
)
def test_a_social_security_number_is_known_however_it_is_written(
    sex: str, year: int, month: int, department: str, rest: int, keyed: bool, blank: str
) -> None:
    number = [sex, f"{year:02d}", f"{month:02d}", department, f"{rest:06d}", *(["42"] if keyed else [])]
    assert looks_like_a_nir(blank.join(number))
    assert looks_like_a_nir("".join(number).lower())
    assert not looks_like_a_nir(f"{blank.join(number)}1")


@pytest.mark.parametrize("text", ["26110012345", "075202609003412", "AF-2026-118", "12345678"])
def test_numbers_of_files_and_contracts_are_no_social_security_numbers(text: str) -> None:
    assert not looks_like_a_nir(text)
