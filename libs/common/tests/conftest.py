"""What the tests of the shared code start from: a database with the tables of every service and those of a toy."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import httpx
import pytest_asyncio
from fastapi import FastAPI
from libs.common.tests.toy_service import Base, toy_app

from parchemin.common.database import Database
from parchemin.contracts.vocabulary import Role


@pytest_asyncio.fixture
async def database(database_url: Callable[[str], str]) -> AsyncIterator[Database]:
    opened = Database(database_url("candidates"))
    async with opened.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield opened
    await opened.dispose()


@pytest_asyncio.fixture
async def client(
    database: Database,
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    bearer: Callable[..., dict[str, str]],
) -> httpx.AsyncClient:
    """A client of the running toy service, as administrator of an organisation."""
    client = await serve(toy_app(database))
    client.headers.update(bearer(Role.ADMINISTRATOR, organisation=uuid4()))
    return client
