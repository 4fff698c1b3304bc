"""Birth places against the official list, at the date of birth."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parchemin.candidates.geography.birth_places import Located, SaidPlace, Trouble, locate
from parchemin.candidates.geography.communes import Gazetteer, gazetteer

LINES = gazetteer()


def located(
    city: str, day: date, *, insee: str | None = None, postal: str | None = None, last: date | None = None
) -> Located:
    return locate(LINES, SaidPlace(city, insee, postal, day, last or day))


def code_of(found: Located) -> str | None:
    return found.commune.code if found.commune else None


@pytest.mark.parametrize(
    ("city", "insee", "born"),
    [
        ("Ajaccio", "20004", date(1975, 12, 31)),
        ("Ajaccio", "2A004", date(1976, 1, 1)),
        ("Courcouronnes", "91182", date(1999, 6, 17)),
        ("Boulogne-Billancourt", "75012", date(1960, 1, 1)),
        ("PARIS 12", "75112", date(1999, 6, 17)),
        ("Paris", "75112", date(1999, 6, 17)),
        ("Saint-Denis de La Réunion", "97411", date(1994, 11, 3)),
        ("Châlons-en-Champagne", "51108", date(1980, 1, 1)),
        ("Nouméa", "98818", date(1980, 1, 1)),
        ("Toulousse", "31555", date(1980, 1, 1)),
        ("Grenoble", "38185", date(1921, 1, 1)),
    ],
)
def test_code_of_the_birth_date_is_taken_with_the_name_that_was_written(city: str, insee: str, born: date) -> None:
    assert code_of(located(city, born, insee=insee)) == insee


@pytest.mark.parametrize(
    ("city", "insee", "born", "trouble", "suggested"),
    [
        ("Ajaccio", "2A004", date(1970, 5, 1), Trouble.CODE_NOT_OF_DATE, "20004"),
        ("Ajaccio", "20004", date(1980, 5, 1), Trouble.CODE_NOT_OF_DATE, "2A004"),
        ("Créteil", "94028", date(1960, 1, 1), Trouble.CODE_NOT_OF_DATE, "75028"),
        ("Bordeaux", "33999", date(1980, 5, 1), Trouble.CODE_UNKNOWN, "33063"),
        ("Paris 13e", "75112", date(1980, 5, 1), Trouble.NAME_DISAGREES, "75112"),
        ("Lyon", "75112", date(1980, 5, 1), Trouble.NAME_DISAGREES, "75112"),
    ],
)
def test_code_that_was_not_the_commune_s_is_refused_with_what_was_meant(
    city: str, insee: str, born: date, trouble: Trouble, suggested: str
) -> None:
    found = located(city, born, insee=insee)
    assert found.trouble is trouble
    assert suggested in [commune.code for commune in found.suggestions]


@pytest.mark.parametrize(
    ("city", "postal", "insee"),
    [
        ("Paris 12e Arrondissement", "75012", "75112"),
        ("Paris", "75012", "75112"),
        ("PARIS 12", "75012", "75112"),
        ("Marseille", "13003", "13203"),
        ("st denis", "93200", "93066"),
        ("ST-DENIS", "97400", "97411"),
        ("L HAY LES ROSES", "94240", "94038"),
        ("L'Haÿ-les-Roses", "94240", "94038"),
        ("Bastia", "20200", "2B033"),
        ("Quimper", "29999", "29232"),
    ],
)
def test_commune_is_told_by_postal_code_and_name(city: str, postal: str, insee: str) -> None:
    """The last one is a postal code of former days, as far as anybody can tell: same department."""
    assert code_of(located(city, date(1999, 6, 17), postal=postal)) == insee


def test_postal_code_of_another_department_is_refused() -> None:
    found = located("Quimper", date(1999, 6, 17), postal="75012")
    assert found.trouble is Trouble.POSTAL_CODE_ELSEWHERE
    assert [commune.code for commune in found.suggestions] == ["29232"]


def test_misspelt_commune_is_refused_with_those_of_the_department_that_are_alike() -> None:
    found = located("Quinper", date(1999, 6, 17), postal="29000")
    assert found.trouble is Trouble.NAME_UNKNOWN
    assert found.suggestions[0].code == "29232"
    assert {commune.department for commune in found.suggestions} == {"29"}


def test_name_alone_is_enough_only_where_one_commune_bore_it() -> None:
    assert code_of(located("Quimper", date(1999, 6, 17))) == "29232"
    assert located("Saint-Denis", date(1999, 6, 17)).trouble is Trouble.NAME_AMBIGUOUS


def test_partly_unknown_date_takes_what_held_on_any_day_that_it_can_be() -> None:
    year = {"day": date(1968, 1, 1), "last": date(1968, 12, 31)}
    assert code_of(located("Créteil", insee="94028", **year)) == "94028"
    assert located("Créteil", insee="75028", **year).trouble is Trouble.CODE_NOT_OF_DATE
    assert code_of(located("Créteil", date(1967, 1, 1), insee="75028", last=date(1968, 12, 31))) == "75028"


@settings(max_examples=150, deadline=None)
@given(number=st.integers(0, len(LINES) - 1), days=st.integers(0, 30_000))
def test_whatever_stands_in_the_list_at_a_date_is_taken_at_that_date(number: int, days: int) -> None:
    commune = LINES.at(number)
    day = date(1943, 1, 1)
    if commune.since is not None or commune.until is not None:
        day = commune.since or date(1943, 1, 1)
    else:
        day = date.fromordinal(day.toordinal() + days)
    assert code_of(located(commune.name.upper(), day, insee=commune.code)) == commune.code


@settings(max_examples=100, deadline=None)
@given(city=st.text(max_size=30), insee=st.none() | st.text("0123456789AB", min_size=5, max_size=5),
       postal=st.none() | st.text("0123456789", min_size=5, max_size=5))  # fmt: skip
def test_anything_is_either_located_or_refused(city: str, insee: str | None, postal: str | None) -> None:
    found = located(city, date(1990, 1, 1), insee=insee, postal=postal)
    assert (found.commune is None) == (found.trouble is not None)


def test_folded_names_of_the_file_are_those_that_look_up_makes() -> None:
    """The file has them so that 46,000 need not be folded at start."""
    sample = range(0, len(LINES), 97)
    assert all(LINES.at(n) in LINES.named(LINES.at(n).name, date(1943, 1, 1), date(2100, 1, 1)) for n in sample)


def test_list_of_a_few_lines_is_enough() -> None:
    few = Gazetteer(["01001;;1990-01-01;C;01400;exemple;Exemple"])
    assert [commune.code for commune in few.named("EXEMPLE", date(1980, 1, 1), date(1980, 1, 1))] == ["01001"]
    assert few.named("exemple", date(1990, 1, 1), date(1990, 1, 1)) == []
