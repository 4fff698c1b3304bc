"""Plain text and CSV."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from parchemin.evaluations.submissions.inspection.verdicts import Refused

_FORMULA = re.compile(r"^[\s\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_HARMLESS = re.compile(r"^\s*(-+|[+\-]?[\d\s.,'\u00a0\u202f()]*\d[\d\s.,'\u00a0\u202f]*\s*[%€$£]?)\s*$")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_DELIMITERS = ";,\t|"
LONGEST_LINE = 1_000_000


def examine(path: Path, kind: str) -> None:
    """Refuse what is no text; of a CSV, cells that a spreadsheet would compute. A number with its sign is none."""
    lines = _lines(path)
    if kind == "txt":
        for _ in lines:
            pass
        return
    csv.field_size_limit(LONGEST_LINE)
    first = next(lines, "")
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        for reading in (csv.reader([first], delimiter=delimiter), csv.reader(lines, delimiter=delimiter)):
            for row in reading:
                for cell in row:
                    # A spreadsheet may be told another delimiter than the first line has.
                    for piece in {cell, *re.split(r"[;,\t|\n]", cell)}:
                        if _FORMULA.match(piece) and not _HARMLESS.match(piece):
                            raise Refused("csv_formula")
    except csv.Error as error:
        raise Refused("text_unreadable") from error


def _lines(path: Path) -> Iterator[str]:
    """Its lines: UTF-8, UTF-16 with its mark, or Windows-1252."""
    with path.open("rb") as raw:
        mark = raw.read(2)
    encodings = ["utf-16"] if mark in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        if _decodes(path, encoding):
            with path.open(encoding=encoding, newline="") as file:
                while line := file.readline(LONGEST_LINE):
                    if _CONTROL.search(line):
                        raise Refused("text_unreadable")
                    yield line
            return
    raise Refused("text_unreadable")


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(LONGEST_LINE):
                pass
    except UnicodeError:
        return False
    return True
