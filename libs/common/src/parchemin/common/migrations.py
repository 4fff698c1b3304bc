"""Alembic, asynchronous, the same for every service. A migration is the only way a schema changes.

`python -m parchemin.common.migrations candidates` brings one service's database up to date.
"""

import asyncio
import importlib
import sys
from importlib.resources import files
from typing import Any, Literal

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData

from parchemin.common import tables
from parchemin.common.database import Database
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

    def run(connection: Connection) -> None:
        configuration = config(service)
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")

    async with database.engine.begin() as connection:
        await connection.run_sync(run)


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


async def _main(service: str) -> None:
    module = importlib.import_module(f"parchemin.{service}.settings")
    settings = module.Settings()
    database = Database(settings.database_url or default_database_url(service))
    try:
        await upgrade(database, service)
    finally:
        await database.dispose()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
