"""What can be told of a file's rows before the database is asked. No I/O."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.candidates.identity.storage import fingerprint
from parchemin.candidates.imports.columns import Column, Layout, layout_of
from parchemin.candidates.imports.entries import entry_of
from parchemin.candidates.imports.files import read_source
from parchemin.candidates.imports.reading import File
from parchemin.candidates.imports.rows import Row, RowFault, read_row
from parchemin.common.language import Text
from parchemin.common.vault import BlindIndex


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, read: its layout and its rows. Nothing of it is recorded yet."""

    file: File
    layout: Layout
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row with what finds its candidate: what the source calls the person, or else what two entries of one person
    have in common."""

    row: Row
    entry: CandidateEntry | None
    """What it makes where the candidate is new; None where it does not say enough for that."""
    incomplete: tuple[RowFault, ...] = ()
    """Why it does not."""
    key: bytes | None = None
    fingerprint: bytes | None = None
    digest: bytes = b""
    faults: tuple[RowFault, ...] = field(default=())
    """What is wrong whether the candidate is known or not."""

    @property
    def line(self) -> int:
        """Of the file."""
        return self.row.line


def read_candidates(content: bytes, class_id: str | None = None) -> Reading:
    """Read a file; `FileRefused` where it cannot be read as a whole."""
    file = read_source(content, class_id)
    layout = layout_of(file.header.cells)
    return Reading(file, layout, tuple(read_row(layout, line) for line in file.lines))


def prepared(reading: Reading, organisation_id: UUID, source: str, index: BlindIndex) -> tuple[Prepared, ...]:
    """Every row, with its digests; a person's second row is at fault."""
    first_lines: dict[bytes, int] = {}
    return tuple(_once(_prepared(row, organisation_id, source, index), first_lines) for row in reading.rows)


def origin_key(index: BlindIndex, organisation_id: UUID, source: str, source_id: str) -> bytes:
    """What finds the candidate whom a source calls so."""
    return index.digest(f"candidate_origins.key:{organisation_id}:{source}", source_id)


def _prepared(row: Row, organisation_id: UUID, source: str, index: BlindIndex) -> Prepared:
    entry, findings = entry_of({column: value for column, value in row.said.items() if column in _IDENTITY})
    refused = {fault.column for fault in row.faults}
    incomplete = tuple(RowFault(row.line, *finding) for finding in findings if finding[0] not in refused)
    print_ = None if entry is None else fingerprint(index, organisation_id, entry.person())
    if row.source_id is not None:
        key: bytes | None = origin_key(index, organisation_id, source, row.source_id)
    else:
        key = None if print_ is None else index.digest(f"candidate_origins.person:{organisation_id}", print_.hex())
    return Prepared(
        row,
        entry,
        incomplete,
        key,
        print_,
        index.digest("candidate_origins.digest", json.dumps(_plain(row.said), sort_keys=True)),
        row.faults if row.source_id is not None else row.faults + incomplete,
    )


_IDENTITY = frozenset(Column) - {Column.ACCESS_PATH, Column.BLOCKS, Column.SOURCE_ID}


def _plain(said: Mapping[Column, Any]) -> dict[str, Any]:
    return {str(column): value for column, value in said.items()}


def _once(row: Prepared, first_lines: dict[bytes, int]) -> Prepared:
    keys: Iterable[bytes] = [key for key in (row.key, row.fingerprint) if key is not None]
    first = min((first_lines[key] for key in keys if key in first_lines), default=None)
    for key in keys:
        first_lines.setdefault(key, row.line)
    if first is None:
        return row
    text = Text(
        f"Même personne qu'à la ligne {first} : même identifiant, ou mêmes nom, prénoms, date et commune de naissance.",
        f"Same person as on line {first}: same identifier, or same names, birth date and birth place.",
    )
    return replace(row, faults=(*row.faults, RowFault(row.line, None, "row_repeated", text)))
