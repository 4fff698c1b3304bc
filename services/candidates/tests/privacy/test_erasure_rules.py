"""What an erasure waits for, and what stays."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.privacy.erasures.rules import (
    NEXT_STATES,
    ErasureState,
    Hold,
    HoldKind,
    Kept,
    Patience,
    Sitting,
    holds,
    kept,
)

TODAY = date(2026, 11, 24)
PATIENCE = Patience(appeal_days=90, abandoned_days=365)
DAYS = st.none() | st.integers(-800, 800).map(lambda days: TODAY + timedelta(days=days))
SITTINGS = st.lists(st.builds(Sitting, last_on=DAYS, decided_on=DAYS), max_size=5)


def test_an_erasure_waits_for_the_jury_and_then_for_the_appeal() -> None:
    assert holds([Sitting(TODAY, None)], TODAY, PATIENCE) == [Hold(HoldKind.SESSION_OPEN, None)]
    decided = [Sitting(TODAY, TODAY - timedelta(days=10)), Sitting(TODAY, TODAY - timedelta(days=90))]
    assert holds(decided, TODAY, PATIENCE) == [Hold(HoldKind.APPEAL_PERIOD, TODAY + timedelta(days=80))]
    assert holds([Sitting(TODAY, TODAY - timedelta(days=91))], TODAY, PATIENCE) == []


def test_a_session_that_was_given_up_holds_nobody_for_ever() -> None:
    assert holds([Sitting(TODAY - timedelta(days=365), None)], TODAY, PATIENCE) != []
    assert holds([Sitting(TODAY - timedelta(days=366), None)], TODAY, PATIENCE) == []


@given(SITTINGS, SITTINGS)
def test_another_sitting_never_shortens_the_wait(some: list[Sitting], more: list[Sitting]) -> None:
    before, after = holds(some, TODAY, PATIENCE), holds([*some, *more], TODAY, PATIENCE)
    assert {hold.kind for hold in before} <= {hold.kind for hold in after}
    assert all(hold.until is None or hold.until >= TODAY for hold in after)
    assert len({hold.kind for hold in after}) == len(after)


@given(SITTINGS)
def test_every_appeal_period_ends(sittings: list[Sitting]) -> None:
    known = [sitting for sitting in sittings if sitting.last_on is not None or sitting.decided_on is not None]
    assert holds(known, TODAY + timedelta(days=2000), PATIENCE) == []


def test_only_who_holds_a_certification_stays_in_the_register() -> None:
    assert Kept.REGISTER_IDENTITY in kept(certified=True, assessed=True, consented=False)
    assert kept(certified=False, assessed=False, consented=False) == [
        Kept.PSEUDONYMOUS_FACTS,
        Kept.ACCESS_LOG,
        Kept.ERASURE_RECORD,
    ]


def test_what_is_done_is_done_for_good() -> None:
    assert NEXT_STATES[ErasureState.DONE] == frozenset()
    assert all(ErasureState.DONE not in NEXT_STATES[state] for state in ErasureState if state != ErasureState.APPROVED)
