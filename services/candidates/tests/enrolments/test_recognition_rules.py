"""Which blocks count without being assessed: tables of equivalences, and claims on proof."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.equivalences.rules import Equivalence, Fault, equivalent_blocks, faults
from parchemin.candidates.recognitions.rules import (
    FIRST_STATES,
    NEXT_STATES,
    Obstacle,
    Parcours,
    RecognitionState,
    obstacle_to_claim,
    obstacle_to_decision,
)
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import EnrolmentState

BLOCKS = frozenset({1, 2, 3})
numbers = st.sampled_from([1, 2, 3])
parcours = st.builds(
    Parcours,
    state=st.sampled_from(EnrolmentState),
    blocks=st.just(BLOCKS),
    validated=st.frozensets(numbers),
    recognised=st.frozensets(numbers),
    equivalent=st.just(frozenset()),
    claimed=st.frozensets(numbers),
)


def test_a_table_names_blocks_that_are_there_each_once(referential: Referential) -> None:
    rows = [((1, 9), 1), ((2, 2), 2), ((1,), 2), ((1,), 7)]
    assert list(faults(rows, referential, referential)) == [
        Fault(0, "from_blocks", "block_unknown"),
        Fault(1, "from_blocks", "named_twice"),
        Fault(1, "to_block", "named_twice"),
        Fault(2, "to_block", "named_twice"),
        Fault(3, "to_block", "block_unknown"),
    ]
    assert list(faults([((1, 2), 1), ((2,), 2)], referential, referential)) == []


@given(st.dictionaries(numbers, st.frozensets(numbers, min_size=1)), st.frozensets(numbers), st.frozensets(numbers))
def test_more_validated_blocks_never_stand_for_less(
    table: dict[int, frozenset[int]], some: frozenset[int], more: frozenset[int]
) -> None:
    rows = [Equivalence(from_blocks, to_block) for to_block, from_blocks in table.items()]
    fewer, all_of_them = equivalent_blocks(rows, some), equivalent_blocks(rows, some | more)
    assert fewer.items() <= all_of_them.items()
    assert set(fewer) == {to_block for to_block, from_blocks in table.items() if from_blocks <= some}


@given(parcours, numbers)
def test_a_claim_passes_only_where_a_jury_keeps_a_part(one: Parcours, block: int) -> None:
    obstacle = obstacle_to_claim(one, block)
    running = one.state in {EnrolmentState.APPLIED, EnrolmentState.ADMITTED, EnrolmentState.ACTIVE}
    free = block not in one.recognised | one.claimed | one.validated
    keeps_a_part = bool(one.validated) or not one.recognised | {block} >= BLOCKS
    assert (obstacle is None) == (running and free and keeps_a_part)


@given(parcours, numbers, st.sampled_from(RecognitionState), st.sampled_from(RecognitionState), st.booleans())
def test_a_decision_needs_a_claim_another_person_and_what_a_claim_needed(
    one: Parcours, block: int, state: RecognitionState, wanted: RecognitionState, by_claimant: bool
) -> None:
    obstacle = obstacle_to_decision(one, block, state, wanted, by_claimant=by_claimant)
    if obstacle is None:
        assert state is RecognitionState.CLAIMED
        assert not by_claimant
        assert wanted in NEXT_STATES[state]
    if wanted is RecognitionState.RECOGNISED and obstacle is None:
        assert block not in one.validated
    if wanted is RecognitionState.REFUSED and state is RecognitionState.CLAIMED and not by_claimant:
        assert obstacle is None, "a refusal is always possible"


def test_what_the_table_recognised_rests_on_a_jury() -> None:
    for two in combinations(sorted(BLOCKS), 2):
        [third] = BLOCKS - {*two}
        by_proof = Parcours(EnrolmentState.ACTIVE, BLOCKS, recognised=frozenset(two))
        assert obstacle_to_claim(by_proof, third) is Obstacle.LEAVES_NO_JURY
        by_table = Parcours(EnrolmentState.ACTIVE, BLOCKS, recognised=frozenset(two), equivalent=frozenset({two[0]}))
        assert obstacle_to_claim(by_table, third) is None


@pytest.mark.parametrize("state", RecognitionState)
def test_only_a_claim_goes_on(state: RecognitionState) -> None:
    assert bool(NEXT_STATES[state]) == (state is RecognitionState.CLAIMED)
    assert RecognitionState.RECOGNISED in FIRST_STATES
