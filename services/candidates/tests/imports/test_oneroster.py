"""OneRoster archives: who is read of them, and how complete they must be."""

from typing import Any

import pytest
from services.candidates.tests.imports.rosters import COHORT, ENROLMENTS, ROLES, USERS, enrolled, role, roster, user
from services.candidates.tests.imports.workbooks import zipped

from parchemin.candidates.imports.columns import Column, layout_of
from parchemin.candidates.imports.files import read_source
from parchemin.candidates.imports.reading import File, FileRefused
from parchemin.candidates.imports.rows import read_row


def said(file: File) -> list[dict[Column, Any]]:
    layout = layout_of(file.header.cells)
    return [dict(read_row(layout, line).said) for line in file.lines]


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read_source(content)
    return refused.value.faults[0].code


@pytest.mark.parametrize("folder", ["", "export/"])
def test_students_are_read_with_their_birth_and_the_system_that_knows_them(folder: str) -> None:
    file = read_source(roster(**COHORT, folder=folder))
    assert (file.kind, file.system, [line.number for line in file.lines]) == ("oneroster", "SIS-7", [2, 3])
    zoe, max_ = said(file)
    assert zoe == {
        Column.SOURCE_ID: "u1",
        Column.BIRTH_NAME: "Lefèvre",
        Column.USED_NAME: "Roy",
        Column.FIRST_NAMES: ["Zoé", "Anne"],
        Column.SEX: "F",
        Column.BIRTH_DATE: "1999-06-17",
        Column.BIRTH_CITY: "Paris 12e",
        Column.BIRTH_COUNTRY: "FR",
        Column.EMAIL: "1@example.org",
    }
    assert (max_[Column.BIRTH_COUNTRY], Column.USED_NAME in max_) == ("BE", False)


def test_what_oneroster_has_no_column_for_comes_as_metadata() -> None:
    files = {name: list(lines) for name, lines in COHORT.items()}
    files["demographics"] = [f"{files['demographics'][0]},metadata.fr.codeInsee", f"{files['demographics'][1]},75112"]
    files["enrollments"] = [
        f"{ENROLMENTS},metadata.accessPath,metadata.blocks",
        f"{enrolled(1)},apprenticeship,1-2",
        f"{enrolled(2)},vae,tous",
    ]
    zoe, max_ = said(read_source(roster(**files)))
    assert (zoe[Column.INSEE_CODE], zoe[Column.ACCESS_PATH], zoe[Column.BLOCKS]) == ("75112", "apprenticeship", [1, 2])
    assert (max_[Column.ACCESS_PATH], max_[Column.BLOCKS]) == ("vae", "all")


def test_a_class_is_a_cohort() -> None:
    assert [row[Column.SOURCE_ID] for row in said(read_source(roster(**COHORT), "c2"))] == ["u2"]
    assert read_source(roster(**COHORT), "c9").lines == ()


def test_a_delta_says_who_leaves_and_needs_no_demographics() -> None:
    content = roster(
        mode="delta",
        users=[USERS, user(1, "Zoé", "Lefèvre", status="tobedeleted"), user(2, "Maxime", "Roux", status="active")],
        roles=[ROLES, role(1), role(2)],
    )
    file = read_source(content)
    assert [line.leaves for line in file.lines] == [True, False]
    assert said(file)[1][Column.FIRST_NAMES] == ["Maxime"]


def test_who_left_the_class_leaves_and_who_stands_in_it_again_does_not() -> None:
    gone, again = enrolled(1, status="tobedeleted"), enrolled(2, status="tobedeleted")
    files = {**COHORT, "enrollments": [ENROLMENTS, gone, again, enrolled(2)]}
    assert [line.leaves for line in read_source(roster(**files), "c1").lines] == [True, False]


def test_students_are_told_by_role_column_or_enrolment_where_there_are_no_roles() -> None:
    older = {
        "users": [f"{USERS},role", f"{user(1, 'Zoé', 'Lefèvre')},student", f"{user(3, 'P', 'T')},teacher"],
        "demographics": COHORT["demographics"],
    }
    assert len(read_source(roster(version="1.1", **older)).lines) == 1
    enrolments_only = {name: COHORT[name] for name in ("users", "enrollments")}
    assert len(read_source(roster(**enrolments_only)).lines) == 2
    assert refusal(roster(users=COHORT["users"])) == "oneroster_roles_missing"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (roster(**COHORT, version="2.0"), "oneroster_version"),
        (roster(**COHORT, mode="some"), "oneroster_file_missing"),
        (roster(**COHORT, absent=["users"]), "oneroster_file_missing"),
        (roster(**{**COHORT, "users": []}), "oneroster_file_missing"),
        (
            zipped({"manifest.csv": "propertyName,value\noneroster.version,1.2\nfile.users,bulk"}),
            "oneroster_file_missing",
        ),
        (zipped({"a/manifest.csv": "x", "b/manifest.csv": "x"}), "archive_unreadable"),
    ],
)
def test_an_incomplete_archive_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code
