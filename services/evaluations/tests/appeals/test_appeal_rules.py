"""The life of an appeal, walked at random; and what falls with a ruling."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from services.evaluations.tests.rules.test_findings import REFERENTIAL

from parchemin.contracts.vocabulary import CompetencyOutcome
from parchemin.evaluations.appeals.rules import (
    NEXT_STATES,
    OPEN,
    AppealState,
    fallen_blocks,
    last_day,
    may_be_ruled_on,
    may_become,
)
from parchemin.evaluations.awards.rules import Acquisition, Progress, Validation


class Walk(RuleBasedStateMachine):
    """Against a small model: has it been instructed, is it over."""

    def __init__(self) -> None:
        super().__init__()
        self.state = AppealState.FILED
        self.instructed = self.over = False

    @rule(wanted=st.sampled_from(AppealState))
    def step(self, wanted: AppealState) -> None:
        legal = not self.over and (
            wanted is AppealState.WITHDRAWN
            or (wanted in {AppealState.UPHELD, AppealState.REJECTED} and self.instructed)
            or (wanted in {AppealState.INADMISSIBLE, AppealState.INSTRUCTED} and not self.instructed)
        )
        assert may_become(self.state, wanted) == legal
        if legal:
            self.state = wanted
            self.over = wanted is not AppealState.INSTRUCTED
            self.instructed |= wanted is AppealState.INSTRUCTED

    @invariant()
    def is_open_until_it_is_over(self) -> None:
        assert (self.state in OPEN) is not self.over


TestWalk = Walk.TestCase


def test_every_state_is_declared() -> None:
    assert set(NEXT_STATES) == set(AppealState)


@given(st.dates(max_value=date(3000, 1, 1)), st.integers(0, 400))
def test_the_time_limit_counts_days(published: date, days: int) -> None:
    assert last_day(published, days) - published == timedelta(days=days)


def test_only_what_was_assessed_is_ruled_on() -> None:
    assert {outcome for outcome in CompetencyOutcome if may_be_ruled_on(outcome)} == {"acquired", "not_acquired"}


@given(st.data())
def test_a_block_falls_when_something_it_rests_on_does(data: st.DataObject) -> None:
    codes = [competency.code for competency in REFERENTIAL.competencies]
    exempt = data.draw(st.sets(st.sampled_from(codes), max_size=3))
    lost = data.draw(st.sets(st.sampled_from(codes), max_size=4))
    there = Acquisition(date(2026, 6, 1), UUID(int=1))
    acquired = {code: there for code in codes if code not in exempt | lost}
    blocks = [block.number for block in REFERENTIAL.blocks]
    validated = {block: Validation(block, there.decided_on, there.session_id) for block in blocks}
    progress = Progress(frozenset(blocks), acquired, frozenset(exempt), validated, awarded=True)
    missing = lost - exempt
    expected = tuple(
        block
        for block in blocks
        if (of := {competency.code for competency in REFERENTIAL.competencies_of_block(block)}) & missing
        or of <= exempt
    )
    assert fallen_blocks(REFERENTIAL, progress) == expected
