"""The validation policy against a definition by brute force, exhaustively where it is small."""

from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.contracts.vocabulary import CriterionLevel
from parchemin.evaluations.deliberation.policy import Policy, agreed_level, agreed_levels

NOT, PARTLY, MET = CriterionLevel.NOT_MET, CriterionLevel.PARTLY_MET, CriterionLevel.MET
LADDER = [NOT, PARTLY, MET]
SHEETS = [votes for size in range(1, 6) for votes in combinations_with_replacement(LADDER, size)]


@pytest.mark.parametrize("votes", SHEETS, ids="-".join)
def test_the_level_is_the_most_frequent_one_and_the_lowest_of_a_tie(votes: tuple[CriterionLevel, ...]) -> None:
    best = max(votes.count(level) for level in LADDER)
    expected = next(level for level in LADDER if votes.count(level) == best)
    assert {agreed_level(order) for order in permutations(votes)} == {expected}


def test_no_sheet_agrees_on_nothing() -> None:
    with pytest.raises(ValueError, match="no signed sheet"):
        agreed_level([])
    assert agreed_levels([], ["C1.1"]) == {}
    assert agreed_levels([{"C1.1": MET}, {}], ["C1.1", "C1.2"]) == {"C1.1": MET}


def test_a_competency_is_acquired_without_not_met_and_with_less_than_half_partly_met() -> None:
    for size in range(1, 7):
        for levels in product(LADDER, repeat=size):
            expected = NOT not in levels and 2 * levels.count(PARTLY) < size
            assert Policy().acquires(levels) is expected, levels


def test_a_competency_that_nobody_judged_is_not_acquired() -> None:
    assert not Policy().acquires([])


@given(
    levels=st.lists(st.sampled_from(LADDER), min_size=1, max_size=12),
    share=st.fractions(min_value=0, max_value=1),
    at=st.integers(0, 11),
)
def test_a_better_level_or_a_laxer_policy_never_costs_a_competency(
    levels: list[CriterionLevel], share: Fraction, at: int
) -> None:
    index = at % len(levels)
    better = [*levels]
    better[index] = LADDER[min(LADDER.index(levels[index]) + 1, 2)]
    if Policy(partly_met_below=share).acquires(levels):
        assert Policy(partly_met_below=share).acquires(better)
        assert Policy(partly_met_below=Fraction(2)).acquires(levels)
