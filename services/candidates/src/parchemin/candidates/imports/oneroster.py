"""From a OneRoster 1.2 archive, as a student information system exports it, to the records of its students. Pure.

`users.csv` says who they are, `roles.csv` and `enrollments.csv` which of them are students, `demographics.csv` when and
where they were born; the other files are about lessons. What OneRoster has no column for comes as `metadata.<heading>`,
with a heading that a CSV of ours would have. Source: 1EdTech OneRoster 1.2, CSV binding (§ 3: manifest, bulk, delta).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from posixpath import dirname, join

from parchemin.candidates.imports.archives import Archive
from parchemin.candidates.imports.reading import (
    MOST_COLUMNS,
    File,
    FileKind,
    FileRefused,
    Line,
    Records,
    csv_lines,
    decoded,
)

VERSIONS = ("1.1", "1.2")
"""1.1 differs, for what is read here, in that the role is a column of `users.csv`."""
MOST_LINES = 500_000
"""Of a single file: a large school's enrolments in all its lessons."""
_MANIFEST = "manifest.csv"
_STUDENT = "student"
_DELETED = "tobedeleted"
_METADATA = "metadata."
_READ = {
    "users": ("sourcedId", "familyName", "preferredFamilyName", "givenName", "email"),
    "demographics": ("sex", "birthDate", "cityOfBirth", "countryOfBirthCode"),
    "enrollments": (),
}
"""Columns that say something to us, each under the heading that it keeps in the report."""


class Mode(StrEnum):
    """How complete a file is: all there is, or what changed since the last one."""

    ABSENT = "absent"
    BULK = "bulk"
    DELTA = "delta"


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")

    @property
    def is_deleted(self) -> bool:
        return self["status"].casefold() == _DELETED


@dataclass(frozen=True, slots=True)
class _Table:
    headings: tuple[str, ...] = ()
    records: tuple[_Record, ...] = ()


def is_oneroster(archive: Archive) -> bool:
    """Whether the archive has a manifest, at its root or in its only folder."""
    return _root(archive) is not None


def read_roster(archive: Archive, class_id: str | None = None) -> File:
    """The students, those of one class where one is named; `FileRefused` where the archive is not complete."""
    tables, system = _tables(archive)
    users, enrolments = tables["users"], tables["enrollments"]
    enrolled = [record for record in enrolments.records if record["role"] == _STUDENT]
    if class_id is not None:
        enrolled = [record for record in enrolled if record["classSourcedId"] == class_id]
        students = {record["userSourcedId"] for record in enrolled}
    else:
        students = _students(tables)
    parts: dict[str, dict[str, _Record]] = {
        "demographics": {record["sourcedId"]: record for record in tables["demographics"].records},
        "enrollments": _last_standing(enrolled),
    }
    columns = [(name, heading) for name in _READ for heading in _headings(name, tables[name])]
    records = Records()
    records.add(Line(1, tuple(heading for _, heading in columns)))
    for user in users.records:
        user_id = user["sourcedId"]
        if user_id not in students:
            continue
        known = {"users": user, **{name: rows[user_id] for name, rows in parts.items() if user_id in rows}}
        cells = tuple(_said(known.get(name), heading) for name, heading in columns)
        gone = class_id is not None and "enrollments" in known and known["enrollments"].is_deleted
        records.add(Line(user.line, cells, leaves=user.is_deleted or gone))
    return records.file(FileKind.ONEROSTER, system)


def _root(archive: Archive) -> str | None:
    folders = {dirname(name) for name in archive.names if name.rpartition("/")[2] == _MANIFEST}
    return folders.pop() if len(folders) == 1 else None


def _tables(archive: Archive) -> tuple[dict[str, _Table], str | None]:
    root = _root(archive) or ""
    manifest = {
        record["propertyName"]: record["value"].strip() for record in _table(archive, join(root, _MANIFEST)).records
    }
    if manifest.get("oneroster.version") not in VERSIONS:
        raise FileRefused.because(
            "oneroster_version",
            fr=f"Le manifeste doit annoncer OneRoster {' ou '.join(VERSIONS)}.",
            en=f"The manifest must say OneRoster {' or '.join(VERSIONS)}.",
        )
    tables = {}
    for name in ("users", "roles", "demographics", "enrollments"):
        mode = manifest.get(f"file.{name}", Mode.ABSENT).casefold()
        if mode not in list(Mode) or (mode != Mode.ABSENT and join(root, f"{name}.csv") not in archive):
            raise _broken(f"{name}.csv")
        tables[name] = _Table() if mode == Mode.ABSENT else _table(archive, join(root, f"{name}.csv"))
    if not tables["users"].headings:
        raise _broken("users.csv")
    system = manifest.get("source.systemCode") or manifest.get("source.systemName") or None
    return tables, system


def _broken(name: str) -> FileRefused:
    return FileRefused.because(
        "oneroster_file_missing",
        fr=f"{name} manque, ou le manifeste ne dit pas s'il est « bulk » ou « delta ».",
        en=f"{name} is missing, or the manifest does not say whether it is “bulk” or “delta”.",
    )


def _table(archive: Archive, name: str) -> _Table:
    lines = csv_lines(decoded(archive.read(name)), ",")
    header = next(lines, None)
    if header is None or len(header.cells) > MOST_COLUMNS:
        raise _broken(name.rpartition("/")[2])
    headings = tuple(heading.strip() for heading in header.cells)
    found = list(islice(lines, MOST_LINES + 1))
    if len(found) > MOST_LINES:
        raise FileRefused.because(
            "too_many_rows", fr=f"Au plus {MOST_LINES} lignes par fichier.", en=f"At most {MOST_LINES} rows a file."
        )
    return _Table(
        headings, tuple(_Record(line.number, dict(zip(headings, line.cells, strict=False))) for line in found)
    )


def _students(tables: Mapping[str, _Table]) -> set[str]:
    """Who is a student by a role, in 1.1 by a column of the users; where neither is there, by an enrolment."""
    if tables["roles"].headings:
        return {record["userSourcedId"] for record in tables["roles"].records if record["role"] == _STUDENT}
    if "role" in tables["users"].headings:
        return {record["sourcedId"] for record in tables["users"].records if record["role"] == _STUDENT}
    if tables["enrollments"].headings:
        return {record["userSourcedId"] for record in tables["enrollments"].records if record["role"] == _STUDENT}
    raise FileRefused.because(
        "oneroster_roles_missing",
        fr="Ni roles.csv ni enrollments.csv ne dit qui est étudiant.",
        en="Neither roles.csv nor enrollments.csv says who is a student.",
    )


def _last_standing(enrolled: Iterable[_Record]) -> dict[str, _Record]:
    """One enrolment for each student: one that stands, where there is any."""
    chosen: dict[str, _Record] = {}
    for record in enrolled:
        known = chosen.get(record["userSourcedId"])
        if known is None or known.is_deleted:
            chosen[record["userSourcedId"]] = record
    return chosen


def _headings(name: str, table: _Table) -> list[str]:
    extensions = [heading for heading in table.headings if heading.startswith(_METADATA)]
    return [heading for heading in _READ[name] if heading in table.headings] + extensions


def _said(record: _Record | None, heading: str) -> str:
    if record is None:
        return ""
    if heading == "givenName":
        return f"{record['givenName']} {record['middleName']}".strip()
    if heading == "preferredFamilyName" and record[heading] == record["familyName"]:
        return ""
    return record[heading]
