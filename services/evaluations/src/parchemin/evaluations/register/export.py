"""The register written out as it is read: a thousand entries at a time, whatever it holds.

Every batch is a short reading of its own, up to the head as it was at the beginning: entries never change, so that
together they are one state of the register, and a client that reads slowly holds no transaction open.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from parchemin.common.database import Database
from parchemin.evaluations.register.rules import Entry
from parchemin.evaluations.register.schemas import ExportFormat
from parchemin.evaluations.register.service import entries_between, head_of

_FIRST = ("position", "kind", "register_number", "decided_on")
COLUMNS = (*_FIRST, *(field.name for field in fields(Entry) if field.name not in _FIRST))
"""In the order in which they are written."""


async def written(database: Database, kind: ExportFormat, organisation_id: UUID | None) -> AsyncIterator[bytes]:
    """The register as a file, in pieces; of one organisation, or of all where none is said."""
    write = _WRITERS[kind]
    async with database.reading() as session:
        last = (await head_of(session)).position
    if kind is ExportFormat.CSV:
        yield _rows([COLUMNS])
    after = 0
    while after < last:
        async with database.reading() as session:
            result = await session.execute(entries_between(after, last, organisation_id))
            batch = result.mappings().all()
        if not batch:
            break
        yield write([{name: row[name] for name in COLUMNS} for row in batch])
        after = batch[-1]["position"]


def _as_csv(entries: Iterable[Mapping[str, Any]]) -> bytes:
    return _rows([_text(value) for value in entry.values()] for entry in entries)


def _as_json_lines(entries: Iterable[Mapping[str, Any]]) -> bytes:
    lines = (
        {name: value if isinstance(value, int) else _text(value) for name, value in entry.items()} for entry in entries
    )
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode()


_WRITERS: Mapping[ExportFormat, Callable[[Iterable[Mapping[str, Any]]], bytes]] = {
    ExportFormat.CSV: _as_csv,
    ExportFormat.JSON_LINES: _as_json_lines,
}


def _rows(rows: Iterable[Iterable[str]]) -> bytes:
    """As RFC 4180. Ids, numbers, dates and hexadecimal digits: nothing in it begins a formula."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else str(value)
