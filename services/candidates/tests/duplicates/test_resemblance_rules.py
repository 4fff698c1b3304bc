"""When two records may be of one person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.duplicates.rules import blocking_keys, resemblance
from parchemin.candidates.identity.person import Person

ZOE = {
    "birth_name": "Lefèvre",
    "used_name": "Roux",
    "first_names": ["Zoé", "Anne"],
    "sex": "F",
    "birth_date": "1999-06-17",
    "birth_place": {"city": "Quimper", "country": "FR"},
}
NAMES = st.sampled_from(["Lefèvre", "LEFEVRE", "Lefebvre", "Roux", "Roux2", "Zoé", "Zoe", "Anne", "Annette", "Durand"])


def person(**changes: object) -> Person:
    return Person.model_validate({**ZOE, **changes})


persons = st.builds(
    person,
    birth_name=NAMES,
    used_name=st.none() | NAMES,
    first_names=st.lists(NAMES, min_size=1, max_size=3),
    sex=st.sampled_from(["F", "M"]),
    birth_date=st.sampled_from(
        ["1999-06-17", "1999-07-16", "1999-06-07", "1999-06", "1999", "1989-06-17", "1999-12-06", "1999-06-12"]
    ),
)


@pytest.mark.parametrize(
    ("changes", "likeness"),
    [
        ({}, {"nothing"}),
        ({"birth_name": "LEFEVRE", "first_names": ["ZOE", "ANNE"]}, {"nothing"}),
        ({"birth_place": {"city": "Brest", "country": "FR"}}, {"birth_place"}),
        ({"birth_name": "Zoé", "first_names": ["Lefèvre"]}, {"names_swapped"}),
        ({"birth_name": "Roux", "used_name": None}, {"used_name"}),
        ({"first_names": ["Zoé"]}, {"first_names"}),
        ({"first_names": ["Anne"]}, {"first_names"}),
        ({"birth_name": "Lefebvre", "used_name": None}, {"spelling"}),
        ({"birth_date": "1999"}, {"partial_date"}),
        ({"birth_date": "1999-06", "birth_name": "Lefebvre", "used_name": None}, {"partial_date", "spelling"}),
        ({"birth_date": "1999-06-07"}, {"mistyped_date"}),
        ({"birth_date": "1998-06-17"}, {"mistyped_date"}),
    ],
)
def test_same_person_typed_otherwise_is_seen(changes: dict[str, object], likeness: set[str]) -> None:
    assert resemblance(person(), person(**changes)) == likeness


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_name": "Durand", "used_name": None},
        {"first_names": ["Marie"]},
        {"first_names": ["Zoë-Lou"], "sex": "M"},
        {"birth_date": "1985-06-17"},
        {"birth_date": "1998"},
        {"birth_date": "1999-06-07", "birth_name": "Lefebvre", "used_name": None},
        {"birth_name": "Lefèvre2", "used_name": None},
    ],
)
def test_two_persons_are_two(changes: dict[str, object]) -> None:
    assert resemblance(person(), person(**changes)) == frozenset()


def test_twins_of_either_sex_are_two() -> None:
    assert not resemblance(person(first_names=["Julien"], sex="M"), person(first_names=["Juliena"]))


@given(persons, persons)
def test_resemblance_is_mutual_and_is_found_by_a_key_that_both_have(one: Person, other: Person) -> None:
    found = resemblance(one, other)
    assert found == resemblance(other, one)
    if found:
        assert blocking_keys(one) & blocking_keys(other)


@given(persons)
def test_everybody_resembles_themselves(one: Person) -> None:
    assert resemblance(one, one)
