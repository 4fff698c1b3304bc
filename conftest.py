"""Fixtures for all tests: databases on both engines, applications, tokens."""

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from hypothesis import settings
from sqlalchemy.engine import make_url
from tests.engines.missing import missing
from tests.engines.postgres import PostgresServer, PostgresUnavailable

from parchemin.common import migrations
from parchemin.common.auth.keys import LocalKey
from parchemin.common.auth.tokens import development_token
from parchemin.common.database import Database
from parchemin.common.settings import AuthSettings, house
from parchemin.contracts.vocabulary import Role

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")

pytest_plugins = ["tests.engines.fixtures"]

T = TypeVar("T")
POSTGRES = "PARCHEMIN_TEST_POSTGRES"
_server = pytest.StashKey[PostgresServer]()


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, before the workers: they inherit its address."""
    if hasattr(config, "workerinput") or POSTGRES in os.environ or "not postgres" in config.option.markexpr:
        return
    try:
        server = PostgresServer.start()
    except PostgresUnavailable as error:
        os.environ["PARCHEMIN_TEST_POSTGRES_MISSING"] = str(error)
        return
    config.stash[_server] = server
    os.environ[POSTGRES] = server.url


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_server, None)
    if server is not None:
        server.stop()
        os.environ.pop(POSTGRES, None)


@pytest.fixture(scope="session", autouse=True)
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A `var` folder of this run's own: keys and files never come from the developer's."""
    folder = tmp_path_factory.mktemp("var")
    patch = pytest.MonkeyPatch()
    patch.setenv("PARCHEMIN_VAR", str(folder))
    house.cache_clear()
    yield folder
    patch.undo()
    house.cache_clear()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], str]:
    """`migrated(engine, service)`: URL of a migrated template database, made once."""
    made: dict[tuple[str, str], str] = {}

    def template(engine: str, service: str) -> str:
        if (engine, service) not in made:
            url = (
                f"sqlite+aiosqlite:///{tmp_path_factory.mktemp(service)}/template.sqlite3"
                if engine == "sqlite"
                else _wait(_create_database(f"template_{service}_{os.getpid()}"))
            )
            _wait(_migrate(url, service))
            made[engine, service] = url
        return made[engine, service]

    return template


_numbers = itertools.count()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """The database engine; a test that uses it, even through `database_url`, runs on both."""
    if request.param == "postgres" and POSTGRES not in os.environ:
        missing(os.environ.get("PARCHEMIN_TEST_POSTGRES_MISSING", "no PostgreSQL"))
    return str(request.param)


@pytest.fixture
def database_url(engine: str, migrated: Callable[[str, str], str], tmp_path: Path) -> Callable[[str], str]:
    """`database_url(service)`: a migrated database of this test's own."""

    def fresh(service: str) -> str:
        template = migrated(engine, service)
        if engine == "sqlite":
            target = tmp_path / f"{service}-{next(_numbers)}.sqlite3"
            shutil.copy(str(make_url(template).database), target)
            return f"sqlite+aiosqlite:///{target}"
        name = f"test_{service}_{os.getpid()}_{next(_numbers)}"
        return _wait(_create_database(name, template=make_url(template).database))

    return fresh


@pytest.fixture
def empty_database_url(engine: str, tmp_path: Path) -> Callable[[], str]:
    """`empty_database_url()`: a database of this test's own without any table."""

    def fresh() -> str:
        number = next(_numbers)
        if engine == "sqlite":
            return f"sqlite+aiosqlite:///{tmp_path / f'empty-{number}.sqlite3'}"
        return _wait(_create_database(f"test_empty_{os.getpid()}_{number}"))

    return fresh


@pytest_asyncio.fixture
async def database(database_url: Callable[[str], str], request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """An open database of the service whose tests these are."""
    service = Path(request.path).relative_to(Path(__file__).parent).parts[1]
    opened = Database(database_url(service))
    yield opened
    await opened.dispose()


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Callable[[FastAPI], Awaitable[httpx.AsyncClient]]]:
    """`await serve(app)`: the application running, with a client for it."""
    async with AsyncExitStack() as stack:

        async def running(app: FastAPI) -> httpx.AsyncClient:
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app)
            return await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://test"))

        yield running


@pytest.fixture
def serve_apart(
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]], monkeypatch: pytest.MonkeyPatch
) -> Callable[[FastAPI], Awaitable[httpx.AsyncClient]]:
    """As `serve`, without the work beside the requests: nothing is published, and the test brings the events."""

    async def running(app: FastAPI) -> httpx.AsyncClient:
        with monkeypatch.context() as patch:
            patch.setenv("PARCHEMIN_WORK", "apart")
            house.cache_clear()
            client = await serve(app)
        house.cache_clear()
        app.state.service.consumer.resume()
        return client

    return running


@pytest.fixture
def bearer(var: Path) -> Callable[..., dict[str, str]]:
    """`bearer(role, …, organisation=…, subject=…)`: the authorization header of such a caller."""
    key = LocalKey(var / "keys")

    def header(
        *roles: Role, organisation: UUID | None = None, subject: str = "someone", scopes: list[str] | None = None
    ) -> dict[str, str]:
        token = development_token(
            key, AuthSettings(), subject=subject, roles=roles, organisation_id=organisation, scopes=scopes
        )
        return {"Authorization": f"Bearer {token}"}

    return header


def _wait(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end on a loop of its own, whether or not one runs here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _create_database(name: str, template: str | None = None) -> str:
    server = make_url(os.environ[POSTGRES])
    connection = await asyncpg.connect(server.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
    finally:
        await connection.close()
    return server.set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)


async def _migrate(url: str, service: str) -> None:
    database = Database(url)
    try:
        await migrations.upgrade(database, service)
    finally:
        await database.dispose()
