"""What a row changes of a record: only what the source now says differently."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.candidates.imports.columns import MANDATORY, Column
from parchemin.candidates.imports.entries import PLACES, changes, entry_of, remembered, said_by

ZOE = {
    Column.BIRTH_NAME: "Lefèvre",
    Column.FIRST_NAMES: ["Zoé"],
    Column.SEX: "F",
    Column.BIRTH_DATE: "1999-06-17",
    Column.BIRTH_CITY: "Paris 12e",
    Column.INSEE_CODE: "75112",
    Column.BIRTH_COUNTRY: "FR",
}
said = st.dictionaries(st.sampled_from(list(PLACES)), st.sampled_from(["a", "b", "c"]))
columns = st.frozensets(st.sampled_from(list(PLACES)))


def within(present: frozenset[Column], row: dict[Column, Any]) -> dict[Column, Any]:
    return {column: value for column, value in row.items() if column in present}


@given(columns, said, said)
def test_the_same_row_again_changes_nothing_whatever_was_corrected_since(
    present: frozenset[Column], row: dict[Column, Any], current: dict[Column, Any]
) -> None:
    row = within(present, row)
    assert changes(present, row, remembered(present, row, None), current) == {}


@given(columns, said, st.none() | said, said)
def test_a_change_is_of_a_column_that_the_file_has_and_takes_no_mandatory_value_away(
    present: frozenset[Column], row: dict[Column, Any], before: dict[Column, Any] | None, current: dict[Column, Any]
) -> None:
    row = within(present, row)
    for column, value in changes(present, row, before, current).items():
        assert column in present
        assert value == row.get(column) != current.get(column)
        assert value is not None or (column not in MANDATORY and before is not None)


@given(columns, said, said, said)
def test_what_changed_is_what_the_source_says_differently(
    present: frozenset[Column], row: dict[Column, Any], before: dict[Column, Any], current: dict[Column, Any]
) -> None:
    row = within(present, row)
    changed = changes(present, row, before, current)
    assert all(row.get(column) != before.get(column) for column in changed)
    told = {column for column in present & row.keys() if row[column] != before.get(column)}
    assert {column for column in told if row[column] != current.get(column)} <= changed.keys()
    assert changes(present, row, remembered(present, row, before), {**current, **changed}) == {}


def test_a_correction_by_hand_stays_until_the_source_says_something_else_of_it() -> None:
    corrected = {**ZOE, Column.BIRTH_NAME: "Le Fèvre", Column.EMAIL: "z@example.org"}
    moved = {**ZOE, Column.BIRTH_CITY: "Paris"}
    assert changes(frozenset(ZOE), moved, ZOE, corrected) == {Column.BIRTH_CITY: "Paris"}
    assert changes(frozenset(ZOE), {**moved, Column.BIRTH_NAME: "Lefebvre"}, moved, corrected) == {
        Column.BIRTH_NAME: "Lefebvre"
    }


def test_the_first_row_about_a_record_adds_and_takes_nothing_away() -> None:
    known = {**ZOE, Column.EMAIL: "z@example.org"}
    present = frozenset({*ZOE, Column.EMAIL, Column.USED_NAME})
    assert changes(present, {**ZOE, Column.USED_NAME: "Roy"}, None, known) == {Column.USED_NAME: "Roy"}


def test_an_entry_is_made_of_what_is_said_over_what_stands() -> None:
    entry, found = entry_of(ZOE)
    assert entry is not None
    assert found == []
    assert said_by(entry) == ZOE
    abroad, found = entry_of({Column.BIRTH_COUNTRY: "BE", Column.INSEE_CODE: None}, entry)
    assert isinstance(abroad, CandidateEntry)
    assert abroad.birth_place.model_dump(exclude_none=True) == {"city": "Paris 12e", "country": "BE"}
    assert found == []


def test_what_an_entry_may_not_be_is_found_by_column() -> None:
    entry, found = entry_of(
        {**ZOE, Column.BIRTH_COUNTRY: "BE", Column.BIRTH_DATE: "2999-01-01", Column.BIRTH_NAME: "\n"}
    )
    assert entry is None
    assert {(column, code) for column, code, _ in found} == {
        (Column.BIRTH_NAME, "string_pattern_mismatch"),
        (Column.BIRTH_DATE, "birth_date_implausible"),
        (Column.BIRTH_COUNTRY, "birth_code_abroad"),
    }
    assert {code for _, code, _ in entry_of({})[1]} == {"missing"}
