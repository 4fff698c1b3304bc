"""The tables that the migrations make are those of the models, on both engines."""

import pytest
from alembic import command
from sqlalchemy import Connection

from parchemin.common import migrations
from parchemin.common.database import Database

pytestmark = pytest.mark.asyncio


def check(connection: Connection) -> None:
    configuration = migrations.config("evaluations")
    configuration.attributes["connection"] = connection
    command.check(configuration)


async def test_the_migrations_keep_up_with_the_models(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(check)
