"""Statements that the two engines spell differently."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, CursorResult, Table, any_, inspect, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")


def is_sqlite(session: AsyncSession) -> bool:
    """Which engine the session speaks to."""
    return session.get_bind().dialect.name == "sqlite"


def table_of(model: type[Any]) -> Table:
    """The table that a model's rows stand in; raises where the class is no model."""
    table = inspect(model).local_table
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} has no table of its own")
    return table


def among(session: AsyncSession, column: ColumnElement[T], values: Sequence[T]) -> ColumnElement[bool]:
    """Whether the column has one of these values. One statement for any number of them, prepared once."""
    if is_sqlite(session):
        return column.in_(values)
    return column == any_(literal(list(values), ARRAY(column.type)))


async def insert_if_absent(session: AsyncSession, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same key stands; true when it was inserted."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    result = await session.execute(insert(table).values(dict(values)).on_conflict_do_nothing())
    assert isinstance(result, CursorResult)  # noqa: S101 - narrows the type: an INSERT has a cursor
    return result.rowcount == 1


async def insert_many(session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows with the same columns by one statement, prepared once.

    As `session.execute(insert(table), rows)` does, in half the time: the parameters go to the driver as they are.
    """
    if not rows:
        return
    if session.new or session.dirty or session.deleted:
        await session.flush()
    connection = await session.connection()
    dialect = connection.dialect
    names = list(rows[0])
    to_driver = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    columns = list(zip(names, to_driver, strict=True))
    values = [tuple(row[name] if to is None else to(row[name]) for name, to in columns) for row in rows]
    places = ["?" if is_sqlite(session) else f"${place}" for place in range(1, len(names) + 1)]
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(places)})"  # noqa: S608 - our own names
    await connection.exec_driver_sql(statement, values)


async def upsert(
    session: AsyncSession, table: Table, values: Mapping[str, Any], *, key: Sequence[str], order: str | None = None
) -> None:
    """Insert a row, or replace the one with the same `key` columns; where an `order` column is named, only one that
    is not later by it."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(table).values(dict(values))
    changed = {name: statement.excluded[name] for name in values if name not in key}
    not_later = None if order is None else table.c[order] <= statement.excluded[order]
    await session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed, where=not_later))
