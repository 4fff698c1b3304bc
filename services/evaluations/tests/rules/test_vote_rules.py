"""When a vote carries a decision."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from parchemin.evaluations.deliberation.votes import Adoption, Vote, VoteFault, adoption_of, vote_fault

voices = st.integers(0, 5)


@given(voices, voices, voices, st.booleans())
def test_a_decision_takes_more_for_than_against_and_the_president_casts(
    in_favour: int, against: int, abstentions: int, president: bool
) -> None:
    vote = Vote(in_favour, against, abstentions, president)
    voters = in_favour + against + abstentions
    assert vote_fault(vote, voters + 1) is VoteFault.VOICES_DIFFER
    fault = vote_fault(vote, voters)
    if president and not in_favour:
        assert fault is VoteFault.PRESIDENT_MISCOUNTED
    else:
        carried = in_favour + (0.5 if president else 0) > against and in_favour > 0
        assert (fault is None) == carried


def test_each_way_to_be_adopted_has_its_name() -> None:
    for for_, against, abstentions in product(range(1, 4), range(4), range(3)):
        if against > for_:
            continue
        expected = Adoption.CASTING_VOTE if for_ == against else Adoption.MAJORITY
        assert adoption_of(Vote(for_, against, abstentions)) is (
            expected if against or abstentions else Adoption.UNANIMITY
        )
