"""All that is in the databases of an installation, as hashes to compare."""

import hashlib
from collections.abc import Mapping

from sqlalchemy import Connection, MetaData, select

from parchemin.common.database import Database

CHANGES = {"outbox": {"published_at"}}
"""Columns of the machinery that a second publication sets anew."""


async def state_of(databases: Mapping[str, str]) -> dict[str, str]:
    """A hash of the rows of each table of each service, all their columns included: business, inbox, outbox, audit."""
    state = {}
    for service, url in databases.items():
        database = Database(url)
        try:
            async with database.engine.connect() as connection:
                tables = await connection.run_sync(_tables)
        finally:
            await database.dispose()
        state |= {f"{service}.{name}": digest for name, digest in tables.items()}
    return state


def _tables(connection: Connection) -> dict[str, str]:
    there = MetaData()
    there.reflect(connection)
    hashes = {}
    for table in there.sorted_tables:
        kept = [column for column in table.columns if column.name not in CHANGES.get(table.name, ())]
        rows = sorted(repr(tuple(row)) for row in connection.execute(select(*kept)))
        hashes[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return hashes
