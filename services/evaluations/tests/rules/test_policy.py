"""The validation policy against a definition by brute force, exhaustively where it is small."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.contracts.referential import AllCriteriaPolicy, PartlyMetPolicy, PointsPolicy
from parchemin.contracts.vocabulary import CriterionLevel
from parchemin.evaluations.deliberation.policy import (
    AllCriteria,
    Ground,
    Grounds,
    PartlyMet,
    Points,
    Policy,
    Score,
    agreed_level,
    agreed_levels,
    policy_of,
)

NOT, PARTLY, MET = CriterionLevel.NOT_MET, CriterionLevel.PARTLY_MET, CriterionLevel.MET
LADDER = [NOT, PARTLY, MET]
SHEETS = [votes for size in range(1, 6) for votes in combinations_with_replacement(LADDER, size)]


CODES = [f"C1.{number}" for number in range(1, 13)]


def acquires(levels: Sequence[CriterionLevel], share: Fraction = Fraction(1, 2)) -> bool:
    judged = dict(zip(CODES, levels, strict=False))
    return PartlyMet(share).judge(CODES[: len(levels)], judged).acquires


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
            grounds = PartlyMet().judge(CODES[:size], {c: v for c, v in zip(CODES, levels, strict=False) if v})
            assert grounds.of == size
            assert grounds.partly_met_at_most in {None, (size - 1) // 2}
            at = {level: tuple(c for c, v in zip(CODES, levels, strict=False) if v is level) for level, _ in order}
            if grounds.acquires:
                assert (grounds.ground, grounds.criteria) == (Ground.MET, at[PARTLY])
                assert not at[None]
                assert not at[NOT]
            else:
                first = next((level, ground) for level, ground in order if at[level])
                assert (grounds.ground, grounds.criteria) == (first[1], at[first[0]])


def test_a_competency_that_nobody_judged_is_not_acquired() -> None:
    assert PartlyMet().judge([], {}) == Grounds(Ground.NOT_JUDGED, (), 0)
    assert PartlyMet().judge(CODES[:2], {CODES[1]: MET}) == Grounds(Ground.NOT_JUDGED, (CODES[0],), 2)


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


def test_all_criteria_allows_none_in_part() -> None:
    for size in range(1, 5):
        for levels in product(LADDER, repeat=size):
            codes = CODES[:size]
            grounds = AllCriteria().judge(codes, dict(zip(codes, levels, strict=True)))
            assert grounds.acquires == (set(levels) == {MET})
            assert grounds == PartlyMet(Fraction(0)).judge(codes, dict(zip(codes, levels, strict=True)))


def test_points_need_a_share_and_no_eliminatory_criterion_not_met() -> None:
    policy = Points(met=2, partly_met=1, threshold=Fraction(2, 3), eliminatory=frozenset({CODES[0]}))
    for size in range(1, 5):
        for levels in product(LADDER, repeat=size):
            codes = CODES[:size]
            grounds = policy.judge(codes, dict(zip(codes, levels, strict=True)))
            points = sum(LADDER.index(level) for level in levels)
            assert grounds.acquires == (levels[0] is not NOT and 3 * points >= 2 * 2 * size)
            assert grounds.score is not None
            assert (grounds.score.points, grounds.score.most) == (points, 2 * size)
            assert 3 * grounds.score.needed >= 4 * size > 3 * (grounds.score.needed - 1)
            assert grounds.criteria == ((codes[0],) if levels[0] is NOT else ())
    assert policy.judge(CODES[:2], {CODES[0]: MET}) == Grounds(Ground.NOT_JUDGED, (CODES[1],), 2)


policies = st.one_of(
    st.builds(PartlyMet, st.fractions(min_value=0, max_value=1)),
    st.just(AllCriteria()),
    st.builds(
        Points,
        met=st.integers(2, 100),
        partly_met=st.integers(0, 1),
        threshold=st.fractions(min_value=Fraction(1, 99), max_value=1),
        eliminatory=st.frozensets(st.sampled_from(CODES)),
    ),
)


@given(policies, st.lists(st.sampled_from(LADDER), min_size=1, max_size=12), st.integers(0, 11))
def test_under_any_policy_the_best_is_enough_the_worst_is_not_and_better_never_hurts(
    policy: Policy, levels: list[CriterionLevel], at: int
) -> None:
    codes = CODES[: len(levels)]
    assert policy.judge(codes, dict.fromkeys(codes, MET)).acquires
    assert not policy.judge(codes, dict.fromkeys(codes, NOT)).acquires
    judged = dict(zip(codes, levels, strict=True))
    better = {**judged, codes[at % len(codes)]: MET}
    assert policy.judge(codes, judged).acquires <= policy.judge(codes, better).acquires


def test_a_version_brings_its_policy_or_leaves_it_to_the_installation() -> None:
    default = PartlyMet(Fraction(1, 4))
    assert policy_of(None, default) is default
    partly = PartlyMetPolicy(rule="partly_met", partly_met_below="1/3")
    assert policy_of(partly, default) == PartlyMet(Fraction(1, 3), "partly_met")
    assert policy_of(AllCriteriaPolicy(rule="all_criteria"), default) == AllCriteria()
    points = PointsPolicy(rule="points", met=4, partly_met=2, threshold="3/5", eliminatory=("C1.2",))
    assert policy_of(points, default) == Points(4, 2, Fraction(3, 5), frozenset({"C1.2"}))
    judged = policy_of(points, default).judge(["C1.1"], {"C1.1": PARTLY})
    assert judged == Grounds(Ground.TOO_FEW_POINTS, (), 1, score=Score(2, 3, 4))
