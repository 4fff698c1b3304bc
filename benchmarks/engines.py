"""The PostgreSQL that the benchmarks run on: durable, as in production."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy.engine import make_url
from tests.engines.postgres import PostgresServer

from parchemin.common import migrations
from parchemin.common.database import Database


@dataclass(frozen=True)
class Postgres:
    """A running, durable server."""

    url: str

    async def create(self, name: str, *, template: str = "template0") -> str:
        """A new database; its URL as the services take it."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            await connection.close()
        return make_url(self.url).set(drivername="postgresql+asyncpg", database=name).render_as_string(False)

    async def create_migrated(self, name: str, service: str) -> str:
        """A new database with the tables of a service."""
        url = await self.create(name)
        database = Database(url)
        try:
            await migrations.upgrade(database, service)
        finally:
            await database.dispose()
        return url


def plain(url: str) -> str:
    """A service's database URL as asyncpg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(False)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server of this run's own."""
    server = PostgresServer.start(durable=True)
    try:
        yield Postgres(server.url)
    finally:
        server.stop()
