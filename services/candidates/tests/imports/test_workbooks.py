"""Workbooks: what spreadsheets make of names, codes and days, and what must not be unpacked."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.candidates.tests.imports.workbooks import row, workbook, zipped

from parchemin.candidates.imports import archives
from parchemin.candidates.imports.files import read_source
from parchemin.candidates.imports.reading import FileRefused, Line

HEADER = row(3, "Nom", "Prénoms", "Né(e) le", "Code INSEE")


def cells(rows: str, **options: bool) -> list[Line]:
    return list(read_source(workbook(HEADER + rows, **options)).lines)


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read_source(content)
    return refused.value.faults[0].code


def test_rows_are_numbered_as_the_spreadsheet_shows_them_and_blank_ones_are_left_out() -> None:
    file = read_source(workbook(row(1) + HEADER + row(5, "", " ") + row(9, "Lefèvre", "Zoé")))
    assert (file.kind, file.header.number, file.header.cells[0]) == ("xlsx", 3, "Nom")
    assert file.lines == (Line(9, ("Lefèvre", "Zoé")),)


def test_strings_are_shared_formatted_escaped_and_never_how_they_are_pronounced() -> None:
    shared = ["<r><t>Le</t></r><r><t>fèvre</t></r><rPh><t>ルフェーヴル</t></rPh>", "<t>Zoé_x000D_Ève</t>"]
    content = workbook(HEADER + '<row><c t="s"><v>0</v></c><c r="D4" t="s"><v>1</v></c></row>', strings=shared)
    assert read_source(content).lines == (Line(4, ("Lefèvre", "", "", "Zoé\rÈve")),)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('<c r="C4" s="1"><v>36328</v></c>', "1999-06-17"),
        ('<c r="C4" s="2"><v>36328.75</v></c>', "1999-06-17"),
        ('<c r="C4"><v>36328</v></c>', "1999-06-17"),  # the column says so, though no format does
        ('<c r="C4" s="1"><v>1</v></c>', "1900-01-01"),
        ('<c r="C4" s="1"><v>61</v></c>', "1900-03-01"),
        ('<c r="C4" s="1"><v>1e300</v></c>', "1e300"),
        ('<c r="C4" t="d"><v>1999-06-17T00:00:00</v></c>', "1999-06-17"),
        ('<c r="C4" t="str"><f>TEXT(A1)</f><v>17/06/1999</v></c>', "17/06/1999"),
        ('<c r="D4"><v>1001</v></c>', "1001"),
        ('<c r="D4"><v>1001.0</v></c>', "1001"),
        ('<c r="D4" s="3"><v>1.001E3</v></c>', "1001"),
        ('<c r="D4"><v>12345678901234567890</v></c>', "12345678901234567890"),
        ('<c r="D4"><v>1.5</v></c>', "1.5"),
        ('<c r="D4" t="b"><v>1</v></c>', "1"),
        ('<c r="D4"><f>A1</f><v>75112</v></c>', "75112"),
        ('<c r="D4" t="e"><v>#N/A</v></c>', "#N/A"),
    ],
)
def test_a_cell_says_what_the_spreadsheet_shows(cell: str, said: str) -> None:
    [line] = cells(f'<row r="4">{cell}</row>')
    assert line.cells[-1] == said


def test_days_are_counted_from_where_the_workbook_says() -> None:
    [line] = cells('<row r="4"><c r="C4" s="1"><v>34866</v></c></row>', since_1904=True)
    assert line.cells[2] == "1999-06-17"


def test_two_cells_at_the_ends_of_a_sheet_cost_two_cells() -> None:
    content = workbook('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="GR1048576"><v>2</v></c></row>')
    assert [line.number for line in read_source(content).lines] == [1048576]


def test_what_was_never_computed_is_not_guessed() -> None:
    assert refusal(workbook(HEADER + '<row r="4"><c r="A4"><f>1+1</f></c></row>')) == "formula_not_computed"


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (workbook(HEADER, workbook=f'{LAUGHS}<workbook xmlns="m">&b;</workbook>'), "workbook_unreadable"),
        (workbook(HEADER, sharedStrings="<sst><si>"), "workbook_unreadable"),
        (workbook(HEADER + '<row><c t="s"><v>7</v></c></row>'), "workbook_unreadable"),
        (workbook(HEADER + '<row><c r="XFD4"><v>7</v></c></row>'), "too_many_columns"),
        (workbook(""), "file_empty"),
        (workbook(HEADER)[:-30], "archive_unreadable"),
        (zipped({"notes.txt": "x"}), "archive_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "workbook_old_or_protected"),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_bomb_is_not_unpacked() -> None:
    bomb = workbook(HEADER, sharedStrings="<sst>" + " " * (archives.MOST_BYTES + 1))
    assert len(bomb) < 100_000
    assert refusal(bomb) == "archive_too_large"


def test_too_many_rows_are_refused() -> None:
    assert refusal(workbook(HEADER + "<row><c><v>1</v></c></row>" * 20_001)) == "too_many_rows"


@given(st.binary(max_size=60), st.integers(0, 1200))
def test_a_damaged_workbook_is_read_or_refused(noise: bytes, place: int) -> None:
    whole = workbook(HEADER + row(4, "Lefèvre"))
    with suppress(FileRefused):
        read_source(whole[:place] + noise + whole[place + len(noise) :])
