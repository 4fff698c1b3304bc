"""From the bytes of a school's CSV to records with their line numbers. Pure.

Spreadsheets in French write `;`, Windows-1252, or UTF-8 with a byte order mark; other tools write `,` or tabs. The
separator is read off the header line: guessing from the data goes wrong on names with commas.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from parchemin.common.language import Text
from parchemin.common.problems import FieldFault, Unprocessable

MOST_ROWS = 20_000
MOST_COLUMNS = 200
_SEPARATORS = (";", "\t", ",")


class FileRefused(Unprocessable):
    """The file as a whole cannot be imported; nothing was."""

    code = "import_refused"
    detail = Text("Le fichier ne peut pas être importé.", "The file cannot be imported.")

    @classmethod
    def because(cls, code: str, *, fr: str, en: str) -> "FileRefused":
        """For one reason. The texts hold codes and numbers, never what a cell says."""
        return cls(faults=[FieldFault("", code, Text(fr, en))])


class FileKind(StrEnum):
    """What a file is, by its content."""

    CSV = "csv"
    XLSX = "xlsx"
    ONEROSTER = "oneroster"


@dataclass(frozen=True, slots=True)
class Line:
    """A record: its cells, and the physical line of the file on which it begins (the first line is 1)."""

    number: int
    cells: tuple[str, ...]
    leaves: bool = False
    """Whether the source says that the person is to be deleted there."""


@dataclass(frozen=True, slots=True)
class File:
    """What a file holds: its headings, and the records under them. Blank lines are gone."""

    header: Line
    lines: tuple[Line, ...]
    kind: FileKind = FileKind.CSV
    system: str | None = None
    """The system that exported it, where the file says so."""


class Records:
    """Takes the lines of a file as they come, within the limits: the first one is the header."""

    def __init__(self) -> None:
        self._header: Line | None = None
        self._lines: list[Line] = []

    @property
    def is_header_only(self) -> bool:
        """Whether the header was the last that was added."""
        return self._header is not None and not self._lines

    def add(self, line: Line) -> None:
        """One that is not blank; `FileRefused` where it is one too many."""
        if self._header is None:
            if len(line.cells) > MOST_COLUMNS:
                raise FileRefused.because(
                    "too_many_columns", fr=f"Au plus {MOST_COLUMNS} colonnes.", en=f"At most {MOST_COLUMNS} columns."
                )
            self._header = line
            return
        if len(self._lines) == MOST_ROWS:
            raise FileRefused.because(
                "too_many_rows", fr=f"Au plus {MOST_ROWS} lignes par fichier.", en=f"At most {MOST_ROWS} rows a file."
            )
        self._lines.append(line)

    def file(self, kind: FileKind, system: str | None = None) -> File:
        """All of it; `FileRefused` where there is nothing."""
        if self._header is None:
            raise FileRefused.because("file_empty", fr="Le fichier est vide.", en="The file is empty.")
        return File(self._header, tuple(self._lines), kind, system)


def read_file(content: bytes) -> File:
    """Decode and cut a CSV; `FileRefused` where it cannot be done without guessing."""
    text = decoded(content)
    records = Records()
    for line in csv_lines(text, separator(text)):
        records.add(line)
    return records.file(FileKind.CSV)


def decoded(content: bytes) -> str:
    """The text. What is valid UTF-8 is UTF-8; else the file is Windows-1252, unless a mark says otherwise."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in content:
        raise FileRefused.because(
            "encoding_unknown",
            fr="Le fichier doit être un texte en UTF-8 ou en Windows-1252.",
            en="The file must be a text in UTF-8 or Windows-1252.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if content.startswith(codecs.BOM_UTF8):
            raise _undecodable(error, "UTF-8") from error
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _undecodable(error, "Windows-1252") from error


def _undecodable(error: UnicodeDecodeError, encoding: str) -> FileRefused:
    number = error.object.count(b"\n", 0, error.start) + 1
    return FileRefused.because(
        "encoding_unknown",
        fr=f"Ligne {number} : un octet n'est pas un caractère {encoding}.",
        en=f"Line {number}: a byte is not a character of {encoding}.",
    )


def separator(text: str) -> str:
    """What separates most headings, outside quotes."""
    counts = dict.fromkeys(_SEPARATORS, 0)
    quoted = False
    for character in text.lstrip("\r\n"):
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character in "\r\n":
            break
        elif character in counts:
            counts[character] += 1
    return max(counts, key=lambda known: counts[known])


def csv_lines(text: str, delimiter: str) -> Iterator[Line]:
    """The records of a CSV that are not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileRefused.because(
                "quotes_unbalanced",
                fr=f"Ligne {begins} : guillemets mal placés ou jamais fermés.",
                en=f"Line {begins}: quotes out of place, or never closed.",
            ) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield Line(begins, tuple(cells))
