"""The SQL that the product runs for one sheet, recorded from the product, as a template to run it again by."""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine, event

Kind = Literal["given", "given_text", "levels", "new_id", "now", "literal", "literal_bytes"]


class NotReproducible(Exception):
    """The SQL is another for another sheet, or a parameter comes from nobody knows where."""


@dataclass(frozen=True, slots=True)
class Argument:
    """Where the value of a parameter comes from, and what it is called or is."""

    kind: Kind
    value: Any = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, as asyncpg takes it."""

    sql: str
    arguments: tuple[Argument, ...]


Call = tuple[str, tuple[Any, ...]]


@contextmanager
def recorded(engine: Engine) -> Iterator[list[Call]]:
    """The statements with their parameters of what runs meanwhile: on its connection, whatever others run on theirs."""
    calls: list[Call] = []
    by_connection: defaultdict[Connection, list[Call]] = defaultdict(list)

    def note(connection: Connection, _cursor: object, sql: str, values: Any, _context: object, many: bool) -> None:
        by_connection[connection] += [(sql, tuple(row)) for row in (values if many else [values])]

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield calls
    finally:
        event.remove(engine, "before_cursor_execute", note)
        calls += sorted(by_connection.values(), key=len)[-1] if by_connection else []


@dataclass(frozen=True, slots=True)
class Sample:
    """One recorded sheet: its SQL, and what was known before it was sent."""

    calls: Sequence[Call]
    given: Mapping[str, UUID]
    levels: Sequence[Mapping[str, str]]


def template(one: Sample, other: Sample) -> list[Statement]:
    """What two sheets have in common, and where what differs between them comes from."""
    if [sql for sql, _ in one.calls] != [sql for sql, _ in other.calls]:
        raise NotReproducible("the SQL differs from sheet to sheet")
    made: list[UUID] = []
    return [
        Statement(sql, tuple(_argument(first, second, one, other, made) for first, second in zip(a, b, strict=True)))
        for (sql, a), (_, b) in zip(one.calls, other.calls, strict=True)
    ]


def _argument(first: Any, second: Any, one: Sample, other: Sample, made: list[UUID]) -> Argument:
    for name, value in one.given.items():
        if (first, second) == (value, other.given[name]):
            return Argument("given", name)
        if (first, second) == (str(value), str(other.given[name])):
            return Argument("given_text", name)
    if first == second:
        return Argument("literal", first)
    return _made_anew(first, one, made)


def _made_anew(value: Any, sample: Sample, made: list[UUID]) -> Argument:
    match value:
        case bytes():  # the event: its length is what matters here
            return Argument("literal_bytes", base64.b64encode(value).decode())
        case UUID():
            made += [] if value in made else [value]
            return Argument("new_id", made.index(value))
        case datetime():
            return Argument("now")
        case str() if _is_levels(value, sample):
            return Argument("levels")
        case str() if re.fullmatch("[0-9a-f]{64}", value):  # the digest: its length matters here too
            return Argument("literal", value)
        case _:
            raise NotReproducible(f"{type(value).__name__}: {str(value)[:60]}")


def _is_levels(text: str, sample: Sample) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return [{key: value for key, value in level.items() if value is not None} for level in found] == list(sample.levels)


def save(statements: Sequence[Statement], file: Path) -> None:
    """Write the template down, for the process that runs it."""
    plain = [[statement.sql, [[a.kind, a.value] for a in statement.arguments]] for statement in statements]
    file.write_text(json.dumps(plain), encoding="utf-8")


def load(file: Path) -> list[Statement]:
    """Read it there."""
    plain = json.loads(file.read_text(encoding="utf-8"))
    return [Statement(sql, tuple(Argument(*argument) for argument in arguments)) for sql, arguments in plain]
