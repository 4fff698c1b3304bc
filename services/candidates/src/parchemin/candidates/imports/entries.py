"""Rows and candidates' records: the entry that a row makes, and what of a record it would change. No I/O."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from parchemin.candidates.identity.checks import implausibilities
from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.candidates.imports.columns import Column
from parchemin.common.language import Text
from parchemin.common.problems.validation import field_faults
from parchemin.contracts.partial_dates import PartialDate

PLACES: Mapping[Column, str] = {
    Column.BIRTH_NAME: "/birth_name",
    Column.USED_NAME: "/used_name",
    Column.FIRST_NAMES: "/first_names",
    Column.SEX: "/sex",
    Column.BIRTH_DATE: "/birth_date",
    Column.BIRTH_CITY: "/birth_place/city",
    Column.BIRTH_COUNTRY: "/birth_place/country",
    Column.INSEE_CODE: "/birth_place/insee_code",
    Column.POSTAL_CODE: "/birth_place/postal_code",
    Column.EMAIL: "/email",
}
"""Where each column goes in a candidate's entry. A new member of the entry is one line here, and a heading."""
_OPTIONAL = frozenset({Column.USED_NAME, Column.INSEE_CODE, Column.POSTAL_CODE, Column.EMAIL})
"""What a file can take back by leaving the cell empty."""
_COLUMN_OF = {
    **{pointer: column for column, pointer in PLACES.items()},
    "/birth_place": Column.BIRTH_COUNTRY,
}

Finding = tuple[Column | None, str, Text]
Said = Mapping[Column, Any]


def changes(present: Collection[Column], said: Said, before: Said | None, current: Said) -> dict[Column, Any]:
    """What a row changes of a record: where it says something else than the row before it did, and than the record.

    What was corrected by hand since stays as long as the file says of it what it said. A row that is the first about a
    record takes nothing away from it.
    """
    found = {}
    for column in present:
        value = said.get(column)
        told = value is not None if before is None else value != before.get(column)
        if column in PLACES and told and value != current.get(column) and (value is not None or column in _OPTIONAL):
            found[column] = value
    return found


def remembered(present: Collection[Column], said: Said, before: Said | None) -> dict[Column, Any]:
    """What the source has said of a person in all: columns that this file does not have keep what they last said."""
    kept = {column: value for column, value in (before or {}).items() if column not in present}
    return {**kept, **said}


def said_by(entry: CandidateEntry) -> dict[Column, Any]:
    """What a row would say that makes this entry."""
    body = entry.model_dump(mode="json")
    found = {}
    for column, pointer in PLACES.items():
        value: Any = body
        for step in pointer.split("/")[1:]:
            value = value[step]
        if value is not None:
            found[column] = value
    return found


def entry_of(said: Said, base: CandidateEntry | None = None) -> tuple[CandidateEntry | None, list[Finding]]:
    """The entry of what is said, over what stands already, or why the API would not take it."""
    body: dict[str, Any] = {} if base is None else base.model_dump(mode="json")
    body.setdefault("birth_place", {})
    for column, pointer in PLACES.items():
        if column in said:
            *above, last = pointer.split("/")[1:]
            (body[above[0]] if above else body)[last] = said[column]
    entry = None
    found = []
    try:
        entry = CandidateEntry.model_validate(body)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        found = field_faults([{**finding, "loc": ("body", *finding["loc"])} for finding in errors])
    wrong = {fault.pointer for fault in found}
    place = body["birth_place"]
    found += [
        fault
        for fault in implausibilities(
            birth_date=PartialDate.parse(body["birth_date"]) if body.get("birth_date") else None,
            country=place.get("country"),
            insee_code=place.get("insee_code"),
            postal_code=place.get("postal_code"),
            city=place.get("city"),
        )
        if fault.pointer not in wrong
    ]
    return (None if found else entry), [(_column(fault.pointer), fault.code, fault.detail) for fault in found]


def _column(pointer: str) -> Column | None:
    return _COLUMN_OF.get(pointer) or _COLUMN_OF.get(pointer.rpartition("/")[0])
