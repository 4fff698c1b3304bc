"""What a jury must be, and whose sheets count for a place on it."""

from fractions import Fraction
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from parchemin.contracts.vocabulary import AccessPath, JurorQuality, Sex
from parchemin.evaluations.juries.rules import JuryRules, Seat, jury_faults, places_held_by

seats = st.builds(
    Seat,
    juror_id=st.integers(0, 6).map(lambda n: UUID(int=n)),
    president=st.booleans(),
    external=st.booleans(),
    quality=st.sampled_from(JurorQuality),
    qualified=st.booleans(),
    sex=st.sampled_from([*Sex, None]),
)
shares = st.fractions(min_value=0, max_value=1, max_denominator=4)
rules = st.builds(
    JuryRules,
    code=st.just("jury"),
    version=st.just("7"),
    source=st.just("règlement"),
    min_members=st.integers(0, 4),
    min_size=st.integers(0, 4),
    min_external_share=shares,
    min_professional_share=shares,
    min_qualified=st.integers(0, 2),
    each_sex=st.booleans(),
)


@given(st.lists(seats, max_size=6), rules)
def test_each_rule_that_a_jury_breaks_is_named_once_with_its_source(jury: list[Seat], rule: JuryRules) -> None:
    presidents = [seat for seat in jury if seat.president]
    professionals = [seat for seat in jury if seat.quality == "professional"]
    expected = {
        "juror_twice": len({seat.juror_id for seat in jury}) < len(jury),
        "one_president": len(presidents) != 1,
        "too_few_members": len(jury) - len(presidents) < rule.min_members,
        "jury_too_small": len(jury) < rule.min_size,
        "too_few_external": len([seat for seat in jury if seat.external]) < len(jury) * rule.min_external_share,
        "too_few_professionals": len(professionals) < len(jury) * rule.min_professional_share,
        "too_few_qualified": len([seat for seat in jury if seat.qualified]) < rule.min_qualified,
        "jury_unbalanced": rule.each_sex and not {"F", "M"} <= {seat.sex for seat in jury},
    }
    found = jury_faults(jury, rule)
    assert [fault.code for fault in found] == [code for code, broken in expected.items() if broken]
    assert all("[jury 7, règlement]" in text for fault in found for text in (fault.fr, fault.en))


def seat(number: int, *, president: bool = False, external: bool = True) -> Seat:
    return Seat(UUID(int=number), president, external)


def test_half_of_the_jury_from_outside_is_enough() -> None:
    half = JuryRules("jury", "1", "règlement", min_external_share=Fraction(1, 2))
    jury = [seat(1, president=True), seat(2), seat(3, external=False), seat(4, external=False)]
    assert jury_faults(jury, half) == ()
    assert [fault.code for fault in jury_faults([*jury, seat(5, external=False)], half)] == ["too_few_external"]


def test_rules_of_an_access_path_hold_where_one_candidate_comes_by_it() -> None:
    vae = JuryRules("jury_vae", "1", "loi", access_paths=frozenset({AccessPath.VAE}))
    assert vae.apply_to([AccessPath.APPRENTICESHIP, AccessPath.VAE])
    assert not vae.apply_to([AccessPath.APPRENTICESHIP])
    assert JuryRules("jury", "1", "règlement").apply_to([])


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
def test_a_place_is_graded_by_whoever_held_it(chains: list[int], data: st.DataObject) -> None:
    """Each place has a chain of jurors, the last of whom sits."""
    places = [[UUID(int=10 * place + rank) for rank in range(length)] for place, length in enumerate(chains, start=1)]
    everyone = [juror for place in places for juror in place]
    signed = data.draw(st.sets(st.sampled_from(everyone)))
    replaces = {later: earlier for place in places for earlier, later in pairwise(place)}
    held = places_held_by(signed, seated=[place[-1] for place in places], replaces=replaces)
    assert held == {place[-1] for place in places if not signed.isdisjoint(place)}
