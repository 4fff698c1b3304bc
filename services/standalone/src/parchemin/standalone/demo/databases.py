"""Databases for a scenario: files of its own, or one database for each service on a server."""

from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from parchemin.standalone.services import ServiceName

PREFIX = "parchemin_demo"


class DatabaseServerAway(Exception):
    """Nobody listens there, or lets this user in."""


async def create_databases(server: str | None, folder: Path) -> dict[str, str]:
    """The URL of each service's new, empty database: on the server that `server` (`postgresql://…`) names, as somebody
    who may create databases there, or as SQLite files in the folder.

    On a server, those of an earlier demonstration are dropped.
    """
    if server is None:
        return {name: f"sqlite+aiosqlite:///{(folder / name).resolve()}.sqlite3" for name in ServiceName}
    try:
        url = make_url(server)
        connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    except (OSError, ArgumentError, asyncpg.PostgresError) as error:
        raise DatabaseServerAway(f"the database server cannot be used: {error}") from error
    try:
        return {name: await _create(connection, url, f"{PREFIX}_{name}") for name in ServiceName}
    finally:
        await connection.close()


async def _create(connection: asyncpg.Connection, url: URL, name: str) -> str:
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    return url.set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)
