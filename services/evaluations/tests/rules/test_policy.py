"""The validation policy against a definition by brute force, exhaustively where it is small."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.contracts.vocabulary import CriterionLevel
from parchemin.evaluations.deliberation.policy import Ground, Grounds, Policy, agreed_level, agreed_levels

NOT, PARTLY, MET = CriterionLevel.NOT_MET, CriterionLevel.PARTLY_MET, CriterionLevel.MET
LADDER = [NOT, PARTLY, MET]
SHEETS = [votes for size in range(1, 6) for votes in combinations_with_replacement(LADDER, size)]


CODES = [f"C1.{number}" for number in range(1, 13)]


def acquires(levels: Sequence[CriterionLevel], share: Fraction = Fraction(1, 2)) -> bool:
    judged = dict(zip(CODES, levels, strict=False))
    return Policy(partly_met_below=share).judge(CODES[: len(levels)], judged).acquires


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
            assert acquires(levels) is expected, levels


def test_the_grounds_name_the_criteria_that_decide() -> None:
    """Missing ones before those not met, and these before those met in part."""
    order = [(None, Ground.NOT_JUDGED), (NOT, Ground.NOT_MET), (PARTLY, Ground.PARTLY_MET)]
    for size in range(1, 5):
        for levels in product([None, *LADDER], repeat=size):
            grounds = Policy().judge(CODES[:size], {c: v for c, v in zip(CODES, levels, strict=False) if v})
            assert grounds.of == size
            at = {level: tuple(c for c, v in zip(CODES, levels, strict=False) if v is level) for level, _ in order}
            if grounds.acquires:
                assert (grounds.ground, grounds.criteria) == (Ground.MET, at[PARTLY])
                assert not at[None]
                assert not at[NOT]
            else:
                first = next((level, ground) for level, ground in order if at[level])
                assert (grounds.ground, grounds.criteria) == (first[1], at[first[0]])


def test_a_competency_that_nobody_judged_is_not_acquired() -> None:
    assert Policy().judge([], {}) == Grounds(Ground.NOT_JUDGED, (), 0)
    assert Policy().judge(CODES[:2], {CODES[1]: MET}) == Grounds(Ground.NOT_JUDGED, (CODES[0],), 2)


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
    if acquires(levels, share):
        assert acquires(better, share)
        assert acquires(levels, Fraction(2))
