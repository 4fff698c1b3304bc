"""From an XLSX workbook to records with their line numbers. Pure.

A reader of its own, in one pass over the sheet: a library that first builds the rectangle between A1 and the last cell
can be made to build 17 thousand million of them by a file of a kilobyte. Nothing is computed: a formula says what the
spreadsheet last showed. Source: ECMA-376, SpreadsheetML.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from posixpath import join, normpath
from xml.parsers import expat

from parchemin.candidates.imports.archives import Archive
from parchemin.candidates.imports.columns import Column, column_of
from parchemin.candidates.imports.reading import MOST_COLUMNS, File, FileKind, FileRefused, Line, Records

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 32), 34, 35, 36, *range(50, 59)})
"""Built-in number formats that show a day (ECMA-376 part 1, 18.8.30)."""
_NO_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_EXACT = 10**15
"""Up to which a spreadsheet's numbers keep every digit."""
_LAST_SERIAL = 2_958_465
"""31 December 9999."""


@dataclass(slots=True)
class _Cell:
    column: int
    kind: str = "n"
    style: int = 0
    formula: bool = False
    valued: bool = False
    text: list[str] = field(default_factory=list)


def read_workbook(archive: Archive) -> File:
    """The first sheet of a workbook; `FileRefused` where it cannot be read without guessing."""
    relations = _relations(archive)
    sheet, epoch = _first_sheet(archive.read(_WORKBOOK))
    targets = dict(relations.values())
    strings = _strings(archive.read(targets["sharedStrings"])) if "sharedStrings" in targets else []
    dated = _date_styles(archive.read(targets["styles"])) if "styles" in targets else frozenset()
    if sheet not in relations:
        raise _unreadable()
    return _Sheet(strings, dated, epoch).read(archive.read(relations[sheet][1]))


def is_workbook(archive: Archive) -> bool:
    """Whether the archive is an XLSX workbook."""
    return _WORKBOOK in archive


def _unreadable() -> FileRefused:
    return FileRefused.because(
        "workbook_unreadable", fr="Le classeur ne peut pas être lu.", en="The workbook cannot be read."
    )


def _parse(
    content: bytes,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] = lambda _: None,
) -> None:
    """Read a part as a stream, by local names. A document type is refused, and with it every entity."""

    def refuse(*_: object) -> None:
        raise _unreadable()

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise _unreadable() from error


def _relations(archive: Archive) -> dict[str, tuple[str, str]]:
    """Kind and path of each part that the workbook names."""
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, normpath(join("/xl", attributes.get("Target", ""))).lstrip("/"))

    _parse(archive.read(_RELATIONS), start)
    return found


def _first_sheet(content: bytes) -> tuple[str, date]:
    """The relation of the first sheet that is shown, and the day from which the workbook counts."""
    sheets: list[str] = []
    epochs = [date(1899, 12, 30)]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            sheets.extend(value for key, value in attributes.items() if key.rpartition(":")[1:] == (":", "id"))
        elif name == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            epochs.append(date(1904, 1, 1))

    _parse(content, start)
    if not sheets:
        raise _unreadable()
    return sheets[0], epochs[-1]


def _strings(content: bytes) -> list[str]:
    """The strings that cells share. What says how a name is pronounced is no part of it."""
    strings: list[str] = []
    pieces: list[str] = []
    within: list[str] = []

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            pieces.clear()
        if name in {"t", "rPh"}:
            within.append(name)

    def end(name: str) -> None:
        if name in {"t", "rPh"}:
            within.pop()
        elif name == "si":
            strings.append(_unescaped("".join(pieces)))

    def text(piece: str) -> None:
        if within == ["t"]:
            pieces.append(piece)

    _parse(content, start, end, text)
    return strings


def _date_styles(content: bytes) -> frozenset[int]:
    """The cell styles that show a number as a day."""
    formats = set(_DATE_FORMATS)
    styles: list[int] = []
    within: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt" and _shows_a_day(attributes.get("formatCode", "")):
            formats.add(_whole(attributes.get("numFmtId", "")))
        elif name == "cellXfs":
            within.append(name)
        elif name == "xf" and within:
            styles.append(_whole(attributes.get("numFmtId", "0")))

    def end(name: str) -> None:
        if name == "cellXfs":
            within.clear()

    _parse(content, start, end)
    return frozenset(place for place, number in enumerate(styles) if number in formats)


def _shows_a_day(code: str) -> bool:
    return bool(re.search("[dyj]|aa", _NO_FORMAT.sub("", code), re.IGNORECASE))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


class _Sheet:
    """Reads the rows of one sheet."""

    def __init__(self, strings: list[str], dated: frozenset[int], epoch: date) -> None:
        self._strings = strings
        self._dated = dated
        self._epoch = epoch
        self._records = Records()
        self._row = 0
        self._cells: list[str] = []
        self._next_column = 0
        self._cell: _Cell | None = None
        self._within: list[str] = []
        self._days: frozenset[int] = frozenset()

    def read(self, content: bytes) -> File:
        """All its rows that are not blank."""
        _parse(content, self._start, self._end, self._text)
        return self._records.file(FileKind.XLSX)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "row":
                number = _whole(attributes.get("r", ""))
                self._row = number if number > self._row else self._row + 1
                self._cells, self._next_column = [], 0
            case "c":
                self._cell = self._begun(attributes)
            case "f" if self._cell is not None:
                self._cell.formula = True
            case "v" | "t" if self._cell is not None:
                self._cell.valued = True
                self._within.append(name)
            case "rPh":
                self._within.append(name)

    def _begun(self, attributes: Mapping[str, str]) -> _Cell:
        place = _REFERENCE.fullmatch(attributes.get("r", ""))
        column = _column_number(place.group(1)) if place else self._next_column
        self._next_column = column + 1
        return _Cell(column, attributes.get("t", "n"), _whole(attributes.get("s", "0")))

    def _text(self, piece: str) -> None:
        if self._cell is not None and self._within in (["v"], ["t"]):
            self._cell.text.append(piece)

    def _end(self, name: str) -> None:
        if name in {"v", "t", "rPh"} and self._within:
            self._within.pop()
        elif name == "c" and self._cell is not None:
            self._put(self._cell)
            self._cell = None
        elif name == "row" and any(cell.strip() for cell in self._cells):
            self._records.add(Line(self._row, tuple(self._cells)))
            if self._records.is_header_only:
                headings = enumerate(self._cells)
                self._days = frozenset(n for n, heading in headings if column_of(heading) is Column.BIRTH_DATE)

    def _put(self, cell: _Cell) -> None:
        if cell.formula and not cell.valued:
            raise FileRefused.because(
                "formula_not_computed",
                fr=f"Ligne {self._row} : une formule n'a jamais été calculée ; enregistrez le classeur d'un tableur.",
                en=f"Row {self._row}: a formula was never computed; save the workbook from a spreadsheet.",
            )
        said = self._said(cell)
        if not said.strip():
            return
        if cell.column >= MOST_COLUMNS:
            raise FileRefused.because(
                "too_many_columns", fr=f"Au plus {MOST_COLUMNS} colonnes.", en=f"At most {MOST_COLUMNS} columns."
            )
        if cell.column >= len(self._cells):
            self._cells += [""] * (cell.column + 1 - len(self._cells))
        self._cells[cell.column] = said

    def _said(self, cell: _Cell) -> str:
        text = "".join(cell.text)
        match cell.kind:
            case "s":
                place = _whole(text)
                if not 0 <= place < len(self._strings):
                    raise _unreadable()
                return self._strings[place]
            case "n":
                return self._number(text, cell)
            case "d":
                return text.partition("T")[0]
        return _unescaped(text)

    def _number(self, text: str, cell: _Cell) -> str:
        """A day in ISO 8601, a whole number without a point, or what is written."""
        try:
            number = float(text)
        except ValueError:
            return text
        is_day = cell.style in self._dated or cell.column in self._days
        if is_day and 1 <= number <= _LAST_SERIAL - (self._epoch.year - 1899) * 366:
            days = int(number)
            if self._epoch.year == 1899 and days < 61:  # the spreadsheet believes in a 29 February 1900
                days += 1
            return (self._epoch + timedelta(days=days)).isoformat()
        return str(int(number)) if number.is_integer() and abs(number) < _EXACT else text


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
