"""The rows that were rejected, as a CSV to correct and send again. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence

from parchemin.candidates.imports.reading import File

HEADING = "erreur"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def rejected_csv(file: File, reasons: Mapping[int, Sequence[str]]) -> bytes:
    """The rows of these lines under their header, each with what is wrong with it.

    As French spreadsheets open it: UTF-8 with a byte order mark, `;`, and nothing that they would compute.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    width = len(file.header.cells)
    writer.writerow([*map(_shown, file.header.cells), HEADING])
    for line in file.lines:
        if line.number in reasons:
            cells = [*line.cells[:width], *[""] * (width - len(line.cells))]
            writer.writerow([*map(_shown, cells), _shown(" ; ".join(reasons[line.number]))])
    return text.getvalue().encode("utf-8-sig")


def _shown(cell: str) -> str:
    """A leading apostrophe has a spreadsheet show what it would compute (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
