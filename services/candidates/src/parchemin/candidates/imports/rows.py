"""One record of a file as an entry, or as all that is wrong with it. No I/O; today's date is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import EllipsisType
from typing import Any

from pydantic import ValidationError

from parchemin.candidates.geography.countries import country_code
from parchemin.candidates.identity.checks import implausibilities
from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.candidates.imports import cells
from parchemin.candidates.imports.columns import ENROLLING, Column, Layout
from parchemin.candidates.imports.reading import Line
from parchemin.common.language import Text
from parchemin.common.problems.validation import field_faults
from parchemin.contracts.vocabulary import AccessPath

Blocks = list[int] | EllipsisType
"""Numbers, or `...` for all blocks of the referential."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one record, in which column. The text never says what the cell holds."""

    line: int
    column: Column | None
    code: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Row:
    """A record that was read: its entry and enrolment, as far as they can be told, and its faults."""

    line: int
    entry: CandidateEntry | None
    access_path: AccessPath | None
    blocks: Blocks | None
    faults: tuple[RowFault, ...]


_PLACES = {
    "/birth_name": Column.BIRTH_NAME,
    "/used_name": Column.USED_NAME,
    "/first_names": Column.FIRST_NAMES,
    "/sex": Column.SEX,
    "/birth_date": Column.BIRTH_DATE,
    "/birth_place/city": Column.BIRTH_CITY,
    "/birth_place/country": Column.BIRTH_COUNTRY,
    "/birth_place/insee_code": Column.INSEE_CODE,
    "/birth_place/postal_code": Column.POSTAL_CODE,
    "/birth_place": Column.BIRTH_COUNTRY,
    "/email": Column.EMAIL,
}
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
_FORMULA = Text(
    "Un nom ne commence pas par =, +, - ou @ : un tableur en ferait une formule.",
    "A name does not begin with =, +, - or @: a spreadsheet would make a formula of it.",
)
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
        elif column not in _SAYINGS:
            said[column] = cell
        else:
            say, code, reason = _SAYINGS[column]
            value = say(cell)
            if value is None or value == []:
                fault(column, code, reason)
            else:
                said[column] = value
    for column in _missing(layout, written):
        fault(column, "missing", _MISSING)
    refused = {found.column for found in faults}
    entry, findings = _entry(said)
    for column, code, reason in findings:
        if column not in refused:
            fault(column, code, reason)
    return Row(line.number, entry, said.get(Column.ACCESS_PATH), said.get(Column.BLOCKS), tuple(faults))


def _parts(column: Column, cell: str) -> list[str]:
    return cells.first_names_said(cell) if column is Column.FIRST_NAMES else [cell]


def _missing(layout: Layout, written: Mapping[Column, str]) -> list[Column]:
    """Half of an enrolment is a fault; without both halves the candidate is entered and not enrolled."""
    halves = [column for column in ENROLLING if column in layout.places and column not in written]
    return halves if len(halves) < len(ENROLLING) else []


def _entry(said: Mapping[Column, Any]) -> tuple[CandidateEntry | None, list[tuple[Column, str, Text]]]:
    """The entry of what could be read, or why the API would not take it."""
    body: dict[str, Any] = {"birth_place": {}}
    for pointer, column in _PLACES.items():
        steps = pointer.split("/")[1:]
        if column in said and pointer != "/birth_place":
            (body["birth_place"] if len(steps) > 1 else body)[steps[-1]] = said[column]
    birth_date: date | None = said.get(Column.BIRTH_DATE)
    found = implausibilities(
        birth_date=birth_date,
        country=said.get(Column.BIRTH_COUNTRY),
        insee_code=said.get(Column.INSEE_CODE),
        postal_code=said.get(Column.POSTAL_CODE),
        city=said.get(Column.BIRTH_CITY),
    )
    entry = None
    try:
        entry = CandidateEntry.model_validate(body)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        found += field_faults([{**finding, "loc": ("body", *finding["loc"])} for finding in errors])
    return (None if found else entry), [(_column(fault.pointer), fault.code, fault.detail) for fault in found]


def _column(pointer: str) -> Column:
    return _PLACES.get(pointer) or _PLACES[pointer.rpartition("/")[0]]
