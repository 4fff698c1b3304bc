"""The order of names, as a French directory has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.identity.rules import folded, name_order

names = st.text(st.sampled_from("aàâeéèoœO -'"), min_size=1, max_size=6)


@pytest.mark.parametrize(
    "ordered",
    [
        [("Côte", ["Zoé"]), ("Coter", ["Ana"])],
        [("Œhler", ["Ana"]), ("Oëhler", ["Éva"]), ("Oehler", ["Zoé"])],
        [("Cote", ["Ana"]), ("Coté", ["Ana"])],
        [("de La Tour", ["Ana"]), ("Delatour", ["Ève"]), ("De la Tour", ["Zoé"])],
        [("D'Arc", ["Ana"]), ("Dard", ["Ana"])],
    ],
)
def test_letters_come_before_accents_case_and_signs(ordered: list[tuple[str, list[str]]]) -> None:
    assert sorted(ordered, key=lambda person: name_order(*person)) == ordered


@given(names, names)
def test_names_that_differ_in_letters_are_never_sorted_by_accents(one: str, other: str) -> None:
    if folded(one) < folded(other) and not {*"œŒ"} & {*one, *other}:
        assert name_order(one, ["Z"]) < name_order(other, ["A"])
