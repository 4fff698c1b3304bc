"""The life of a follow-up: nothing is recorded but on a consent that stands."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.follow_ups.rules import (
    FIRST_STATES,
    NEXT_STATES,
    UNDER_WAY,
    FollowUpState,
    consent_is_plausible,
    may_record,
    may_step,
)

DAY = date(2026, 6, 15)


@given(st.integers(-400, 400))
def test_a_consent_is_given_today_or_before(days: int) -> None:
    assert consent_is_plausible(DAY + timedelta(days=days), DAY) == (days <= 0)


@given(st.sampled_from(sorted(FIRST_STATES)), st.lists(st.sampled_from(FollowUpState), max_size=12), st.integers(0, 12))
def test_the_officer_leads_to_the_end_and_the_consent_ends_everything(
    first: FollowUpState, wanted: list[FollowUpState], withdrawn_after: int
) -> None:
    state = first
    for index, step in enumerate(wanted):
        if index == withdrawn_after:
            assert FollowUpState.WITHDRAWN in NEXT_STATES[state] or state is FollowUpState.WITHDRAWN
            state = FollowUpState.WITHDRAWN
        before = state
        if may_step(state, step):
            state = step
        assert (state is FollowUpState.WITHDRAWN) == (index >= withdrawn_after)  # never by the officer's step
        assert not may_record(state) or state is FollowUpState.OPEN
        if before not in UNDER_WAY:
            assert state is before  # what is over is not begun again
