"""The referential shipped as data says what the registered source says (référentiel 1.0)."""

from importlib.resources import files

import pytest
from pydantic import ValidationError

from parchemin.contracts.referential import Referential
from parchemin.evaluations.referential.rules import Totals, publication_faults

SOURCE = files("parchemin.evaluations.referential") / "data" / "referential-1.0.json"
REFERENTIAL = Referential.model_validate_json(SOURCE.read_bytes())

CRITERIA_PER_COMPETENCY = (3, 2, 4, 4, 4, 3, 3, 4, 4, 4, 5, 6, 3, 4, 4, 3, 6, 3, 4, 4, 5, 3)


def codes_between(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"C.{number}" for number in range(first, last + 1))


def criterion_text(code: str) -> str:
    return next(c.text for c in REFERENTIAL.criteria_of(codes_between(1, 22)) if c.code == code)


def test_the_published_referential_has_no_fault():
    assert publication_faults(REFERENTIAL, Totals(blocks=3, competencies=22, criteria=85)) == ()


def test_it_holds_three_blocks_seven_activities_twenty_two_competencies_and_four_modalities():
    assert [block.number for block in REFERENTIAL.blocks] == [1, 2, 3]
    assert [activity.code for activity in REFERENTIAL.activities] == [f"A{n}" for n in range(1, 8)]
    assert tuple(competency.code for competency in REFERENTIAL.competencies) == codes_between(1, 22)
    assert [modality.code for modality in REFERENTIAL.modalities] == ["M1", "M2", "M3", "M4"]


def test_every_competency_has_the_criteria_of_the_source_numbered_in_order():
    assert tuple(len(c.criteria) for c in REFERENTIAL.competencies) == CRITERIA_PER_COMPETENCY
    assert sum(CRITERIA_PER_COMPETENCY) == 85
    for number, competency in enumerate(REFERENTIAL.competencies, start=1):
        expected = [f"C{number}.{rank}" for rank in range(1, len(competency.criteria) + 1)]
        assert [criterion.code for criterion in competency.criteria] == expected


@pytest.mark.parametrize(("number", "first", "last"), [(1, 1, 7), (2, 8, 13), (3, 14, 22)])
def test_a_block_is_made_of_the_competencies_that_name_it(number: int, first: int, last: int):
    assert REFERENTIAL.block(number).competencies == codes_between(first, last)
    assert {c.block for c in REFERENTIAL.competencies_of_block(number)} == {number}


@pytest.mark.parametrize(
    ("code", "competencies", "support", "block", "deliverables"),
    [
        ("M1", codes_between(1, 7), "brief", 1, 4),
        ("M2", codes_between(8, 13), "brief", 2, 5),
        ("M3", codes_between(14, 18), "project", 3, 4),
        ("M4", codes_between(19, 22), "project", 3, 4),
    ],
)
def test_a_modality_assesses_its_competencies_from_its_support_by_its_deliverables(
    code: str, competencies: tuple[str, ...], support: str, block: int, deliverables: int
):
    modality = REFERENTIAL.modality(code)
    assert modality.competencies == competencies
    assert (modality.support, len(modality.deliverables)) == (support, deliverables)
    assert {c.modality for c in REFERENTIAL.competencies_of_modality(code)} == {code}
    assert REFERENTIAL.blocks_of_modality(code) == {block}


def test_an_activity_gathers_its_competencies_and_its_items():
    gathered: dict[str, list[str]] = {activity.code: [] for activity in REFERENTIAL.activities}
    for competency in REFERENTIAL.competencies:
        gathered[competency.activity].append(competency.code)
    assert gathered == {
        "A1": ["C.1", "C.2"],
        "A2": ["C.3", "C.4"],
        "A3": ["C.5", "C.6", "C.7"],
        "A4": ["C.8", "C.9", "C.10"],
        "A5": ["C.11", "C.12", "C.13"],
        "A6": ["C.14", "C.15", "C.16", "C.17", "C.18"],
        "A7": ["C.19", "C.20", "C.21", "C.22"],
    }
    assert [len(activity.items) for activity in REFERENTIAL.activities] == [3, 3, 3, 4, 3, 6, 6]


def test_only_c18_lacks_a_statement_and_nobody_invented_one():
    assert [c.code for c in REFERENTIAL.competencies if c.statement is None] == ["C.18"]
    assert REFERENTIAL.competency("C.18").criteria_title == "Communication interne durant le tournage"


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("C.4", "techniques, logistiques et humaines, afin de le présenter au producteur pour validation."),
        ("C.7", "et l'engagement des bailleurs de fonds privés pour la réalisation du projet."),
        ("C.13", "des différentes phases de production et de fabrication du format audiovisuel."),
    ],
)
def test_a_statement_cut_by_a_page_is_whole(code: str, ending: str):
    statement = REFERENTIAL.competency(code).statement
    assert statement is not None
    assert statement.endswith(ending)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("C7.3", "Les éléments du dossier répondent favorablement à la nature des informations demandées"),
        (
            "C10.4",
            "Les obligations et autorisations nécessaires en matière de droit (à l'image, d'auteur...) "
            "sont identifiées et traitées",
        ),
        ("C16.3", "Des solutions correctives sont proposées"),
        ("C17.1", "Le respect du plan de travail est vérifié"),
        ("C20.3", "La ventilation des dépenses est en adéquation avec le budget prévisionnel"),
        (
            "C20.4",
            "Identification des écarts budgétaires entre les dépenses réelles et le budget prévisionnel",
        ),
    ],
)
def test_a_criterion_cut_by_a_page_stands_under_its_own_competency(code: str, text: str):
    assert criterion_text(code) == text


def test_a_list_cut_by_a_page_is_whole():
    assert REFERENTIAL.activities[1].items == (
        "L'analyse des différents coûts associés au projet de production audiovisuelle",
        "L'estimation du temps nécessaire pour la réalisation d'un projet de production audiovisuelle",
        "La consolidation de toutes les informations de coûts dans un budget prévisionnel détaillé",
    )
    assert REFERENTIAL.modality("M1").deliverables[3] == (
        "un dossier de demande de financement d'un projet de production audiovisuelle auprès d'un partenaire public"
    )
    assert REFERENTIAL.modality("M4").deliverables == (
        "le traitement des éléments comptables et d'établissement des paies et déclarations sociales",
        "le traitement et l'engagement des dépenses",
        "l'analyse de la situation budgétaire",
        "l'établissement du bilan financier de la production",
    )


def test_a_dossier_is_named_as_in_the_source():
    assert [modality.dossier for modality in REFERENTIAL.modalities] == [
        "dossier de développement de production",
        "dossier de pré-production",
        "rapport de production",
        "dossier de gestion budgétaire de production audiovisuelle",
    ]


def test_only_c11_and_c16_have_a_heading_and_it_is_no_criterion():
    headings = {c.code: c.criteria_heading for c in REFERENTIAL.competencies if c.criteria_heading}
    assert headings == {
        "C.11": "L'ensemble du déroulement du tournage est répertorié",
        "C.16": "La conformité aux standards écologiques est vérifiée",
    }


def test_only_the_third_criterion_of_c13_has_sub_criteria():
    every = REFERENTIAL.criteria_of(codes_between(1, 22))
    assert {c.code: c.sub_criteria for c in every if c.sub_criteria} == {
        "C13.3": (
            "l'estimation du temps réservé aux différentes étapes est réaliste",
            "l'organisation est optimisée",
        )
    }


@pytest.mark.parametrize(("one", "other"), [("C9.3", "C10.3"), ("C14.3", "C15.2"), ("C20.4", "C21.2")])
def test_the_same_wording_under_two_competencies_is_two_criteria(one: str, other: str):
    assert criterion_text(one) == criterion_text(other)


def test_an_unknown_code_is_a_key_error():
    for lookup in (
        lambda: REFERENTIAL.block(4),
        lambda: REFERENTIAL.competency("C.23"),
        lambda: REFERENTIAL.modality("M5"),
        lambda: REFERENTIAL.blocks_of_modality("M5"),
        lambda: REFERENTIAL.criteria_of(["C.1", "C.23"]),
    ):
        with pytest.raises(KeyError):
            lookup()


@pytest.mark.parametrize("version", ["current", "Current", "", "-1", "1/0", "1.0\n", "1" * 33])
def test_a_version_that_could_not_be_an_address_is_refused(version: str):
    with pytest.raises(ValidationError):
        Referential.model_validate(REFERENTIAL.model_dump() | {"version": version})


@pytest.mark.parametrize("title", ["", " ", "a\x00b", "a\nb", "é" * 2001])
def test_a_wording_that_no_page_could_print_is_refused(title: str):
    with pytest.raises(ValidationError):
        Referential.model_validate(REFERENTIAL.model_dump() | {"title": title})
