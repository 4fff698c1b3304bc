"""What a cell says, in the spellings of French schools."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.geography.countries import country_code
from parchemin.candidates.imports import cells
from parchemin.contracts.vocabulary import AccessPath, Sex


@pytest.mark.parametrize(
    ("cell", "sex"),
    [("M.", Sex.MALE), ("H", Sex.MALE), ("homme", Sex.MALE), ("Monsieur", Sex.MALE), ("Mme", Sex.FEMALE),
     ("F", Sex.FEMALE), ("FEMME", Sex.FEMALE), ("féminin", Sex.FEMALE), ("x", None), ("1", None)],
)  # fmt: skip
def test_sexes_and_titles(cell: str, sex: Sex | None) -> None:
    assert cells.sex_said(cell) is sex


@pytest.mark.parametrize("cell", ["17/06/1999", "1999-06-17", "17.06.1999", "17-06-1999", "17/6/1999"])
def test_dates(cell: str) -> None:
    assert cells.date_said(cell) == date(1999, 6, 17)


@pytest.mark.parametrize(
    "cell", ["31/02/1999", "17/06/99", "06/17/1999", "17 juin 1999", "1999-6-17", "٠١/٠٢/1999", "0000-01-01", "36328"]
)
def test_dates_that_are_none(cell: str) -> None:
    assert cells.date_said(cell) is None


@given(st.dates(date(1900, 1, 1)))
def test_a_french_date_is_read_day_first(day: date) -> None:
    assert cells.date_said(f"{day.day}/{day.month}/{day.year}") == cells.date_said(day.isoformat()) == day


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Zoé", ["Zoé"]),
        ("Zoé, Anne Marie", ["Zoé", "Anne Marie"]),
        ("Zoé Anne", ["Zoé", "Anne"]),
        ("Jean-Luc Henri", ["Jean-Luc", "Henri"]),
        ("Zoé;Anne;", ["Zoé", "Anne"]),
        (",", []),
    ],
)
def test_first_names_are_kept_as_written(cell: str, names: list[str]) -> None:
    assert cells.first_names_said(cell) == names


@pytest.mark.parametrize(
    ("cell", "blocks"),
    [
        ("1,2,3", [1, 2, 3]),
        ("1 2 3", [1, 2, 3]),
        ("1;3", [1, 3]),
        ("1-3", [1, 2, 3]),
        ("1 à 3", [1, 2, 3]),
        ("Bloc 2", [2]),
        ("BC1, BC3", [1, 3]),
        ("blocs 1 et 2", [1, 2]),
        ("n°2", [2]),
        ("2", [2]),
        ("tous", ...),
        ("Tous les blocs", ...),
        ("3-1", None),
        ("un", None),
        ("1.5", None),
        ("123", None),
    ],
)
def test_blocks(cell: str, blocks: Any) -> None:
    assert cells.blocks_said(cell) == blocks


@pytest.mark.parametrize(
    ("cell", "path"),
    [
        ("Formation initiale", AccessPath.INITIAL_TRAINING),
        ("APPRENTISSAGE", AccessPath.APPRENTICESHIP),
        ("Contrat de professionnalisation", AccessPath.PROFESSIONALISATION_CONTRACT),
        ("formation continue", AccessPath.CONTINUING_TRAINING),
        ("V.A.E.", AccessPath.VAE),
        ("Candidat libre", AccessPath.INDIVIDUAL_APPLICATION),
        ("candidature individuelle", AccessPath.INDIVIDUAL_APPLICATION),
        ("initial_training", AccessPath.INITIAL_TRAINING),
        ("stage", None),
    ],
)
def test_access_paths(cell: str, path: AccessPath | None) -> None:
    assert cells.access_path_said(cell) is path


@pytest.mark.parametrize(
    ("cell", "code"),
    [("France", "FR"), ("FRANCE", "FR"), ("fr", "FR"), ("Côte d'Ivoire", "CI"), ("Germany", "DE"), ("Algerie", "DZ"),
     ("République tchèque", "CZ"), ("Réunion", "RE"), ("Atlantide", None), ("ZZ", None)],
)  # fmt: skip
def test_countries(cell: str, code: str | None) -> None:
    assert country_code(cell) == code
