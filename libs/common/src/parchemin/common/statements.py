"""Statements that the two engines spell differently."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, CursorResult, Table, any_, func, insert, inspect, literal, select
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


async def insert_many(session: AsyncSession, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert many small rows, of these columns, by one statement: for hundreds of thousands of them, where a dictionary
    of parameters for each would cost more than the database does."""
    if not rows:
        return
    columns = [table.c[name] for name in names]
    connection = await session.connection()
    if is_sqlite(session):
        bind = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns]
        values = [tuple(v if to is None else to(v) for to, v in zip(bind, row, strict=True)) for row in rows]
        places = ", ".join("?" * len(names))
        await connection.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})", values)  # noqa: S608 - names of our own
        return
    arrays = [
        func.unnest(literal([row[place] for row in rows], ARRAY(column.type))) for place, column in enumerate(columns)
    ]
    await connection.execute(insert(table).from_select(list(names), select(*arrays)))


async def upsert(session: AsyncSession, table: Table, values: Mapping[str, Any], *, key: Sequence[str]) -> None:
    """Insert a row, or replace the one with the same `key` columns."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(table).values(dict(values))
    changed = {name: statement.excluded[name] for name in values if name not in key}
    await session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))
