"""One record of a file: what it says, column by column, and all that is wrong with its cells. No I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from parchemin.candidates.geography.countries import country_code
from parchemin.candidates.imports import cells
from parchemin.candidates.imports.columns import ENROLLING, Column, Layout
from parchemin.candidates.imports.reading import Line
from parchemin.common.language import Text

ALL = "all"
"""Said of blocks: whichever the referential has."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one record, in which column. The text never says what the cell holds."""

    line: int
    column: Column | None
    code: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Row:
    """A record that was read: what it says as far as it can be told, and its faults."""

    line: int
    said: Mapping[Column, Any]
    """In JSON's types: so it is kept, and compared with what the next file says."""
    faults: tuple[RowFault, ...] = ()
    leaves: bool = False

    @property
    def source_id(self) -> str | None:
        """What the system that exported the file calls the person."""
        return self.said.get(Column.SOURCE_ID)


_SAYINGS: Mapping[Column, tuple[Callable[[str], Any], str, Text]] = {
    Column.FIRST_NAMES: (
        cells.first_names_said,
        "first_names_unreadable",
        Text("Prénoms illisibles.", "Unreadable first names."),
    ),
    Column.SEX: (
        cells.sex_said,
        "sex_unreadable",
        Text("Sexe ou civilité inconnu : F ou M, Mme ou M.", "Unknown sex or title: F or M, Mme or M."),
    ),
    Column.BIRTH_DATE: (
        cells.date_said,
        "date_unreadable",
        Text("Une date est attendue : JJ/MM/AAAA ou AAAA-MM-JJ.", "A date is expected: DD/MM/YYYY or YYYY-MM-DD."),
    ),
    Column.INSEE_CODE: (cells.code_said, "", Text("", "")),
    Column.POSTAL_CODE: (cells.code_said, "", Text("", "")),
    Column.BIRTH_COUNTRY: (
        country_code,
        "country_unknown",
        Text(
            "Pays inconnu : son nom ou son code ISO est attendu.", "Unknown country: its name or ISO code is expected."
        ),
    ),
    Column.ACCESS_PATH: (
        cells.access_path_said,
        "access_path_unknown",
        Text(
            "Voie d'accès inconnue : formation initiale, apprentissage, contrat de professionnalisation, formation "
            "continue, VAE ou candidature individuelle.",
            "Unknown access path: initial training, apprenticeship, professionalisation contract, continuing training, "
            "VAE or individual application.",
        ),
    ),
    Column.BLOCKS: (
        cells.blocks_said,
        "blocks_unreadable",
        Text(
            "Blocs illisibles : par exemple « 1,2,3 », « 1-3 » ou « tous ».", "Unreadable blocks: as “1,2,3” or “1-3”."
        ),
    ),
}
_NAMES = (Column.BIRTH_NAME, Column.USED_NAME, Column.FIRST_NAMES, Column.BIRTH_CITY)
_LONGEST_ID = 255
_FORMULA = Text(
    "Un nom ne commence pas par =, +, - ou @ : un tableur en ferait une formule.",
    "A name does not begin with =, +, - or @: a spreadsheet would make a formula of it.",
)
_TOO_LONG = Text(f"Au plus {_LONGEST_ID} caractères.", f"At most {_LONGEST_ID} characters.")
_MISSING = Text("Cette cellule est obligatoire.", "This cell is mandatory.")
_TOO_MANY = Text("La ligne a plus de cellules que l'en-tête.", "The row has more cells than the header.")


def read_row(layout: Layout, line: Line) -> Row:
    """Read a record under a layout. Cells that are missing at its end are empty."""
    faults: list[RowFault] = []

    def fault(column: Column | None, code: str, reason: Text) -> None:
        faults.append(RowFault(line.number, column, code, reason))

    if any(cell.strip() for cell in line.cells[layout.width :]):
        fault(None, "too_many_cells", _TOO_MANY)
    written = {
        column: line.cells[place].strip()
        for column, place in layout.places.items()
        if place < len(line.cells) and line.cells[place].strip()
    }
    said: dict[Column, Any] = {}
    for column, cell in written.items():
        if column in _NAMES and any(map(cells.is_formula, _parts(column, cell))):
            fault(column, "formula", _FORMULA)
        elif column is Column.SOURCE_ID and len(cell) > _LONGEST_ID:
            fault(column, "string_too_long", _TOO_LONG)
        elif column not in _SAYINGS:
            said[column] = cell
        else:
            say, code, reason = _SAYINGS[column]
            value = say(cell)
            if value is None or value == []:
                fault(column, code, reason)
            else:
                said[column] = _plain(value)
    for column in _missing(layout, written):
        fault(column, "missing", _MISSING)
    return Row(line.number, said, tuple(faults), line.leaves)


def _plain(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case StrEnum():
            return value.value
    return ALL if value is ... else value


def _parts(column: Column, cell: str) -> list[str]:
    return cells.first_names_said(cell) if column is Column.FIRST_NAMES else [cell]


def _missing(layout: Layout, written: Mapping[Column, str]) -> list[Column]:
    """Half of an enrolment is a fault; without both halves the candidate is entered and not enrolled."""
    halves = [column for column in ENROLLING if column in layout.places and column not in written]
    return halves if len(halves) < len(ENROLLING) else []
