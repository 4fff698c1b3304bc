"""The PostgreSQL and the Kafka that the benchmarks run on: durable, as in production."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property

import asyncpg
from sqlalchemy.engine import make_url
from tests.engines.kafka import KafkaBroker
from tests.engines.postgres import PostgresServer

from parchemin.common import migrations
from parchemin.common.database import Database

SETTINGS = ("ALTER SYSTEM SET track_commit_timestamp = on", "ALTER SYSTEM SET max_wal_size = '4GB'")


@dataclass(frozen=True)
class Postgres:
    """A running, durable server."""

    url: str

    async def create(self, name: str, *, template: str = "template0") -> str:
        """A new database; its URL as the services take it."""
        await self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
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

    async def execute(self, *statements: str) -> None:
        """As the superuser, outside of any service's database."""
        connection = await asyncpg.connect(self.url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


class Engines:
    """Those of this run; what was started is stopped with the stack."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        server = PostgresServer.start(durable=True)
        stack.callback(server.stop)
        self.postgres = Postgres(server.url)
        """Keeps what it committed, and knows when it did."""
        asyncio.run(self.postgres.execute(*SETTINGS))
        server.restart()

    @cached_property
    def kafka(self) -> KafkaBroker:
        """One broker of Apache Kafka, started when it is first needed."""
        broker = KafkaBroker.start()
        self._stack.callback(broker.stop)
        return broker


def plain(url: str) -> str:
    """A service's database URL as asyncpg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(False)
