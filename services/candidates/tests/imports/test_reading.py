"""From odd files to records: encodings, separators, quotes, headings."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.imports.columns import Column, column_of, layout_of
from parchemin.candidates.imports.reading import FileRefused, Line, decoded, read_file, separator


def codes(refused: pytest.ExceptionInfo[FileRefused]) -> list[str]:
    return [fault.code for fault in refused.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_encodings_of_spreadsheets_are_told_apart(encoding: str) -> None:
    text = "prénom;œuvre;€"
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"nom;\xe9\nZo\x81;x", "Ligne 2"),
        (b"\xef\xbb\xbfnom\nZo\xe9", "Ligne 2"),
        ("nom;prénom".encode("utf-16"), "UTF-8"),
        (b"nom\x00", "UTF-8"),
    ],
)
def test_what_is_no_text_is_refused_and_not_guessed(content: bytes, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        decoded(content)
    assert codes(refused) == ["encoding_unknown"]
    assert said in refused.value.faults[0].detail.fr


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("nom;prénoms;sexe", ";"),
        ("nom,prénoms,sexe", ","),
        ("nom\tprénoms\tsexe", "\t"),
        ('"nom, tel que, à, l\'état civil";prénoms', ";"),
        ("\r\n\r\nnom,sexe\r\na;b;c;d", ","),
        ("nom", ";"),
    ],
)
def test_the_separator_is_read_off_the_header(header: str, expected: str) -> None:
    assert separator(header) == expected


def test_lines_are_numbered_as_an_editor_shows_them() -> None:
    file = read_file(b'a;b\r\n\r\n1;"two\r\nlines"\r\n;;\r\n \r\n3;4')
    assert file.header == Line(1, ("a", "b"))
    assert file.lines == (Line(3, ("1", "two\r\nlines")), Line(7, ("3", "4")))


def test_quotes_that_never_close_refuse_the_file_and_say_where() -> None:
    with pytest.raises(FileRefused) as refused:
        read_file(b'a;b\n1;2\n"3;4\n5;6\n')
    assert codes(refused) == ["quotes_unbalanced"]
    assert "Ligne 3" in refused.value.faults[0].detail.fr


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b";;\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read_file(content)
    assert codes(refused) == ["file_empty"]


def test_a_line_without_end_is_no_header() -> None:
    with pytest.raises(FileRefused) as refused:
        read_file(b";x" * 100_000)
    assert codes(refused) == ["too_many_columns"]


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        read_file(b"a;b\n" + b"1;2\n" * 20_001)
    assert codes(refused) == ["too_many_rows"]
    assert len(read_file(b"a;b\n" + b"1;2\n" * 20_000).lines) == 20_000


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(FileRefused):
        assert read_file(content).header.cells


written_cells = st.text(st.characters(codec="utf-8", exclude_characters='\x00"'), min_size=1).filter(str.strip)


@given(st.lists(st.lists(written_cells, min_size=2, max_size=4), max_size=6))
def test_what_was_quoted_is_read_back(rows: list[list[str]]) -> None:
    written = "a;b;c;d\n" + "".join(";".join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    assert [list(line.cells) for line in read_file(written.encode()).lines] == rows


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("NOM_DE_NAISSANCE", Column.BIRTH_NAME),
        (" Nom  de naissance * ", Column.BIRTH_NAME),
        ("Nom d’usage", Column.USED_NAME),
        ("Prénom(s)", Column.FIRST_NAMES),
        ("PRENOMS", Column.FIRST_NAMES),
        ("Civilité", Column.SEX),
        ("Sexe (M/F)", Column.SEX),
        ("Date de naissance (JJ/MM/AAAA)", Column.BIRTH_DATE),
        ("Né(e) le", Column.BIRTH_DATE),
        ("Ville de naissance", Column.BIRTH_CITY),
        ("Code INSEE de la commune de naissance", Column.INSEE_CODE),
        ("Code postal de naissance", Column.POSTAL_CODE),
        ("Pays de naissance", Column.BIRTH_COUNTRY),
        ("E-mail", Column.EMAIL),
        ("Voie d'accès", Column.ACCESS_PATH),
        ("Parcours", Column.ACCESS_PATH),
        ("Blocs", Column.BLOCKS),
        ("Code postal", None),
        ("Téléphone", None),
        ("", None),
    ],
)
def test_headings_are_known_however_they_are_spelled(heading: str, column: Column | None) -> None:
    assert column_of(heading) is column


def test_all_faults_of_a_header_are_said_at_once() -> None:
    with pytest.raises(FileRefused) as refused:
        layout_of(("nom", "Nom de naissance", "prénoms", "sexe", "blocs"))
    said = [(fault.code, fault.detail.fr) for fault in refused.value.faults]
    assert [code for code, _ in said] == ["column_twice", *["column_missing"] * 4]
    assert "nom de naissance" in said[0][1]
    assert [name in text for name, (_, text) in zip(("date", "commune", "pays", "voie"), said[1:], strict=True)] == [
        True
    ] * 4
