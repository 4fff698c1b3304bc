"""Alembic, asynchronous, the same for every service. A migration is the only way a schema changes.

`python -m parchemin.common.migrations upgrade candidates` brings one service's database up to date.
"""

import argparse
import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any, Literal

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from parchemin.common import tables
from parchemin.common.database import Database, lock_number
from parchemin.common.settings import default_database_url


def config(service: str) -> Config:
    """Alembic's configuration of one service, whose scripts are in its package."""
    configuration = Config()
    location = files(f"parchemin.{service}") / "migrations"
    configuration.set_main_option("script_location", str(location).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration


async def upgrade(database: Database, service: str) -> None:
    """Bring the database to the latest revision."""

    async with transaction(database) as connection:
        await connection.run_sync(_act, "upgrade", service, None)


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[AsyncConnection]:
    """One in which tables may be made anew. SQLite does that by dropping the old one, which rows of other tables refer
    to: it holds no reference meanwhile, and all are checked before the commit."""
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            async with connection.begin():
                yield connection
            return
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute("PRAGMA foreign_keys=OFF")  # means nothing within a transaction
        try:
            async with connection.begin():
                yield connection
                broken = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
                if broken:
                    raise RuntimeError(f"a migration breaks {len(broken)} reference(s), first of {broken[0][0]}")
        finally:
            await driver.execute("PRAGMA foreign_keys=ON")


def run_in_env(metadata: MetaData) -> None:
    """What each service's `migrations/env.py` calls."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=[metadata, tables.metadata],
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
        user_module_prefix=None,
        transaction_per_migration=False,
        render_item=_render,
    )
    context.run_migrations()


def _render(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our own column types as what they are in the database, so that migrations import nothing of ours."""
    if kind == "type":
        name = type(item).__name__
        if name == "UTCDateTime":
            return "sa.DateTime(timezone=True)"
        if name == "Cents":
            return "sa.BigInteger()"
        if name == "AutoString":
            return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


async def run(action: str, service: str, message: str | None = None) -> None:
    """Act on the database that the service's settings name, as `main` says."""
    settings = importlib.import_module(f"parchemin.{service}.settings").Settings()
    database = Database(settings.database_url or default_database_url(service))
    try:
        async with transaction(database) as connection:
            await connection.run_sync(_act, action, service, message)
    finally:
        await database.dispose()


def _act(connection: Connection, action: str, service: str, message: str | None) -> None:
    if connection.dialect.name != "sqlite":  # where a writing transaction is alone anyway
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # a table may be large, and another may migrate
        connection.execute(select(func.pg_advisory_xact_lock(lock_number("parchemin.migrations"))))
    configuration = config(service)
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")
    if action == "check":
        command.check(configuration)
    elif action == "revision":
        command.revision(configuration, message=message, autogenerate=True)


def main() -> None:
    """`upgrade` brings the database up to date; `check` then fails where the models have moved on; `revision`
    writes the migration that follows them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("action", choices=("upgrade", "check", "revision"))
    parser.add_argument("service")
    parser.add_argument("--message")
    arguments = parser.parse_args()
    asyncio.run(run(arguments.action, arguments.service, arguments.message))


if __name__ == "__main__":
    main()
