"""What the national register would stumble over."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.identity.latin import FRENCH_LETTERS, FRENCH_SIGNS, transliterated
from parchemin.candidates.identity.person import Person
from parchemin.candidates.matching.rules import Level, Stumble, level_of
from parchemin.candidates.matching.service import match_risks
from parchemin.contracts.partial_dates import PartialDate

RIGHT = {
    "birth_name": "d'Hérouville-Lœvenbruck",
    "first_names": ["Zoé", "Marie-Noëlle"],
    "sex": "F",
    "birth_date": "1999-06-17",
    "birth_place": {"city": "Paris 12e", "country": "FR", "insee_code": "75112"},
}


def found(**changes: object) -> dict[str, tuple[str, object]]:
    person = Person.model_validate({**RIGHT, **changes})
    return {risk.stumble.value: (risk.pointer, risk.suggestion) for risk in match_risks(person)}


def test_right_record_has_no_risk() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    ("changes", "stumble", "pointer", "suggestion"),
    [
        ({"birth_name": "Mme Lefèvre"}, "name_has_title", "/birth_name", "Lefèvre"),
        ({"used_name": "Dr. Roux"}, "name_has_title", "/used_name", "Roux"),
        ({"birth_name": "Lefèvre épouse Roux"}, "name_has_another_name", "/birth_name", "Lefèvre"),
        ({"birth_name": "Roux née Lefèvre"}, "name_has_another_name", "/birth_name", "Lefèvre"),
        ({"birth_name": "Roux (née Lefèvre)"}, "name_has_another_name", "/birth_name", "Lefèvre"),
        ({"birth_name": "Lefevre2"}, "name_has_digit", "/birth_name", None),
        ({"birth_name": "Kowalczyk-Łuć"}, "character_not_of_civil_register", "/birth_name", "Kowalczyk-Luc"),
        ({"first_names": ["Жанна"]}, "character_not_of_civil_register", "/first_names/0", "Zhanna"),
        ({"birth_name": "Roux\ufffe"}, "character_not_of_xml", "/birth_name", "Roux"),
        ({"birth_name": "LEFEVRE"}, "name_in_capitals", "/birth_name", None),
        ({"first_names": ["Z."]}, "first_name_initial", "/first_names/0", None),
        ({"first_names": ["J.-P."]}, "first_name_initial", "/first_names/0", None),
        ({"first_names": ["Zoé, Anne"]}, "first_names_together", "/first_names", ("Zoé", "Anne")),
        ({"birth_name": "L" + "e" * 60}, "name_too_long", "/birth_name", None),
        ({"used_name": "D HEROUVILLE LOEVENBRUCK"}, "name_in_capitals", "/used_name", None),
        ({"used_name": "D’Hérouville Lœvenbruck"}, "used_name_is_birth_name", "/used_name", None),
        ({"birth_date": "1999"}, "birth_month_unknown", "/birth_date", None),
        ({"birth_date": "1999-06"}, "birth_day_unknown", "/birth_date", None),
        ({"birth_place": {"city": "Ajaccio", "country": "FR", "insee_code": "20004"}}, "birth_commune_doubtful",
         "/birth_place/insee_code", "2A004"),
        ({"birth_place": {"city": "Qimper", "country": "FR", "insee_code": "29232"}}, "birth_city_spelling",
         "/birth_place/city", "Quimper"),
        ({"birth_place": {"city": "Paris", "country": "FR"}}, "birth_arrondissement_missing",
         "/birth_place/insee_code", None),
        ({"birth_place": {"city": "inconnue", "country": "SN"}}, "birth_city_not_said", "/birth_place/city", None),
        ({"birth_place": {"city": "Base", "country": "AQ"}}, "birth_country_without_code",
         "/birth_place/country", None),
    ],
)  # fmt: skip
def test_each_thing_is_found_at_its_member_with_what_it_would_be(
    changes: dict[str, object], stumble: str, pointer: str, suggestion: object
) -> None:
    assert found(**changes).get(stumble) == (pointer, suggestion)


@pytest.mark.parametrize(
    "name", ["Épousay", "Renée", "Dros", "Médard", "Maître", "M'Bappé", "Le Goff", "Ny", "Préneuf"]
)
def test_names_that_only_look_like_something_else_are_left_alone(name: str) -> None:
    assert found(birth_name=name, first_names=["Renée"]) == {}


@given(
    birth=st.text(min_size=1, max_size=40),
    first=st.text(min_size=1, max_size=40),
    used=st.none() | st.text(max_size=20),
)
def test_no_text_breaks_it_and_a_suggestion_mends_what_it_is_for(birth: str, first: str, used: str | None) -> None:
    person = Person.model_validate({**RIGHT, "birth_name": birth, "first_names": [first], "used_name": used})
    risks = match_risks(person)
    assert level_of(risks) in Level
    for risk in risks:
        if risk.stumble is Stumble.NOT_OF_REGISTER and risk.pointer == "/birth_name" and risk.suggestion:
            again = match_risks(person.model_copy(update={"birth_name": risk.suggestion}))
            assert (risk.stumble, "/birth_name") not in [(one.stumble, one.pointer) for one in again]


@given(st.text(max_size=60))
def test_transliteration_is_of_the_civil_register_and_leaves_it_alone(name: str) -> None:
    latin = transliterated(name)
    assert set(latin) <= FRENCH_LETTERS | FRENCH_SIGNS
    assert transliterated(latin) == latin


@given(st.dates(min_value=date(1943, 1, 1)), st.integers(1, 3))
def test_the_less_is_known_of_the_date_the_higher_the_level(day: date, known: int) -> None:
    born = PartialDate(*(day.year, day.month, day.day)[:known])
    person = Person.model_validate({**RIGHT, "birth_date": born, "birth_place": {"city": "Dakar", "country": "SN"}})
    assert level_of(match_risks(person)) is (Level.MEDIUM, Level.LOW, Level.NONE)[known - 1]
