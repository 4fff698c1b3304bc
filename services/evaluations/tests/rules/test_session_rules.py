"""States of a session, and what a jury must be."""

from fractions import Fraction
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.sessions.rules import JuryLimits, Seat, jury_faults, may_become

LEGAL = {
    ("draft", "open"),
    ("draft", "cancelled"),
    ("open", "running"),
    ("open", "cancelled"),
    ("running", "deliberating"),
    ("deliberating", "closed"),
}


@pytest.mark.parametrize(("state", "wanted"), list(product(SessionState, repeat=2)))
def test_a_session_takes_the_legal_steps_and_no_other(state: SessionState, wanted: SessionState) -> None:
    assert may_become(state, wanted) == ((state, wanted) in LEGAL)


seats = st.builds(
    Seat, juror_id=st.integers(0, 6).map(lambda n: UUID(int=n)), president=st.booleans(), external=st.booleans()
)
limits = st.builds(
    JuryLimits,
    min_members=st.integers(1, 4),
    min_external_share=st.fractions(min_value=0, max_value=1, max_denominator=4),
)


@given(st.lists(seats, max_size=6), limits)
def test_each_rule_that_a_jury_breaks_is_named_once(jury: list[Seat], limit: JuryLimits) -> None:
    presidents = [seat for seat in jury if seat.president]
    expected = {
        "juror_twice": len({seat.juror_id for seat in jury}) < len(jury),
        "one_president": len(presidents) != 1,
        "too_few_members": len(jury) - len(presidents) < limit.min_members,
        "too_few_external": len(jury) * limit.min_external_share > 0
        and sum(seat.external for seat in jury) < len(jury) * limit.min_external_share,
    }
    found = [fault.code for fault in jury_faults(jury, limit)]
    assert found == [code for code, broken in expected.items() if broken]


def seat(number: int, *, president: bool = False, external: bool = True) -> Seat:
    return Seat(UUID(int=number), president, external)


def test_half_of_the_jury_from_outside_is_enough() -> None:
    jury = [seat(1, president=True), seat(2), seat(3, external=False), seat(4, external=False)]
    assert jury_faults(jury, JuryLimits()) == ()
    assert [fault.code for fault in jury_faults([*jury, seat(5, external=False)], JuryLimits())] == ["too_few_external"]
    assert jury_faults(jury, JuryLimits(min_external_share=Fraction(0))) == ()
