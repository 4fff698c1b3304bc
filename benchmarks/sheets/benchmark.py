"""Signing a sheet over HTTP: 22 levels, one transaction, one event; 16 jurors at a time."""

import random
import statistics
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import asyncpg
import httpx
from benchmarks.engines import Postgres, plain
from benchmarks.harness import NotMeasured, Result, measure
from benchmarks.http_load import Request
from benchmarks.load import Load, load
from benchmarks.servers import Server, served, serving
from benchmarks.sheets import recording
from benchmarks.sheets.requests import Sheets
from benchmarks.sheets.school import LEVELS, Due, found_school

from parchemin.common.auth.keys import LocalKey
from parchemin.common.database import Database
from parchemin.evaluations.app import create_app
from parchemin.evaluations.settings import Settings

CONNECTIONS = 16
SEED = 20261124
RECORDED = 3
PRODUCT, SAME, WRITES = "product", "the same SQL, bare", "its two inserts, bare"
STOCK = "the same SQL by FastAPI and SQLAlchemy"
DATABASES = ("product", "same", "few", "stock")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    requests: int
    """A round."""
    rounds: int


QUICK = Sizes(requests=1_000, rounds=3)
FULL = Sizes(requests=4_000, rounds=7)


@dataclass(frozen=True, slots=True)
class Contender:
    """A server, how it is sent a sheet, and how it answered round by round."""

    server: Server
    request: Callable[[Due], Request]
    folder: Path
    loads: list[Load] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    """Processor time of the server for each request; the database's own is not in it."""

    async def take(self, due: Sequence[Due]) -> float:
        """Have these sheets signed; how many a second."""
        requests = [self.request(one) for one in due]
        before = self.server.cpu_seconds()
        self.loads.append(await load(self.server.port, CONNECTIONS, requests, self.folder / "requests", expected=201))
        self.cpu_ms.append((self.server.cpu_seconds() - before) / len(due) * 1000)
        return self.loads[-1].rate


async def run(postgres: Postgres, folder: Path, sizes: Sizes) -> Result:
    """The product, and its SQL bare, in the product's frameworks, and its inserts alone; each on its own database."""
    size: dict[str, int | str] = {"levels": LEVELS, "connections": CONNECTIONS, **asdict(sizes)}
    result = Result("sheets", "Signing a sheet over HTTP", "requests/s", size)
    sheets = Sheets(LocalKey(folder / "keys"))
    samples, warm, *rounds = await _due(await postgres.create_migrated("sheets_due", "evaluations"), sizes)
    statements = await _recorded(await postgres.create("sheets_recorded", template="sheets_due"), samples, sheets)
    writes = [statement for statement in statements if statement.sql.startswith("INSERT")]
    result.notes["statements"] = [" ".join(statement.sql.split()) for statement in statements]
    urls = {name: await postgres.create(f"sheets_{name}", template="sheets_due") for name in DATABASES}
    with ExitStack() as running:
        start = running.enter_context
        contenders = {
            PRODUCT: Contender(start(_product(urls["product"], folder)), sheets.to_product, folder),
            SAME: Contender(start(_floor(urls["same"], statements, folder / "same")), sheets.to_floor, folder),
            WRITES: Contender(start(_floor(urls["few"], writes, folder / "few")), sheets.to_floor, folder),
            STOCK: Contender(start(_stock(urls["stock"], statements, folder / "stock")), sheets.to_floor, folder),
        }
        for contender in contenders.values():
            await contender.take(warm)
            contender.loads.clear()
            contender.cpu_ms.clear()

        async def take(contender: Contender, number: int) -> float:
            return await contender.take(rounds[number])

        await measure(result, {name: partial(take, one) for name, one in contenders.items()}, sizes.rounds)
    for url in urls.values():
        await _require_sheets(url, sizes.requests * (sizes.rounds + 1))
    result.compare(PRODUCT, SAME, at_least=0.5)
    result.compare(PRODUCT, WRITES)
    result.compare(PRODUCT, STOCK)
    result.compare(STOCK, SAME)
    result.notes["latency_ms"] = {name: _latencies(contender.loads) for name, contender in contenders.items()}
    result.notes["server_cpu_ms"] = {
        name: round(statistics.median(contender.cpu_ms), 2) for name, contender in contenders.items()
    }
    return result


async def _due(url: str, sizes: Sizes) -> list[list[Due]]:
    """Some sheets to record, then those to warm up with, then those of each round; jurors of all sessions mixed."""
    database = Database(url)
    try:
        due = await found_school(database, RECORDED + sizes.requests * (sizes.rounds + 1))
    finally:
        await database.dispose()
    random.Random(SEED).shuffle(due)  # noqa: S311 - an order, not a secret
    starts = range(RECORDED, len(due), sizes.requests)
    return [due[:RECORDED], *(due[start : start + sizes.requests] for start in starts)]


async def _recorded(url: str, samples: Sequence[Due], sheets: Sheets) -> list[recording.Statement]:
    """What the product runs for a sheet; for the first one it also reads the referential."""
    app = create_app(Settings(database_url=url, migrate_on_start=False))
    database: Database = app.state.database
    found: list[recording.Sample] = []
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            for due in samples:
                request = sheets.to_product(due)
                with recording.recorded(database.engine.sync_engine) as calls:
                    answer = await client.post(request.path, content=request.body, headers=dict(request.headers))
                answer.raise_for_status()
                found.append(recording.Sample(calls, asdict(due), sheets.levels(due)))
    return recording.template(*found[1:])


def _product(url: str, folder: Path) -> AbstractContextManager[Server]:
    settings = {"PARCHEMIN_LOG_LEVEL": "INFO", "PARCHEMIN_EVALUATIONS_DATABASE_URL": url}  # INFO: the default
    return serving("evaluations", settings, folder / "product.log")


def _floor(url: str, statements: Sequence[recording.Statement], file: Path) -> AbstractContextManager[Server]:
    return _told("benchmarks.sheets.floor:create_app", url, statements, file)


def _stock(url: str, statements: Sequence[recording.Statement], file: Path) -> AbstractContextManager[Server]:
    return _told("benchmarks.sheets.stock:create_app", url, statements, file)


def _told(
    factory: str, url: str, statements: Sequence[recording.Statement], file: Path
) -> AbstractContextManager[Server]:
    recording.save(statements, file.with_suffix(".json"))
    settings = {"BENCH_DATABASE_URL": plain(url), "BENCH_STATEMENTS": str(file.with_suffix(".json"))}
    return served(factory, settings, file.with_suffix(".log"))


async def _require_sheets(url: str, expected: int) -> None:
    """A server that answers without writing has not run the race."""
    connection = await asyncpg.connect(plain(url))
    try:
        sheets = await connection.fetchval("SELECT count(*) FROM sheets WHERE json_array_length(levels) = $1", LEVELS)
        events = await connection.fetchval("SELECT count(*) FROM outbox WHERE type LIKE '%sheet_signed%'")
    finally:
        await connection.close()
    if (sheets, events) != (expected, expected):
        raise NotMeasured(f"{sheets} sheets and {events} events instead of {expected}")


def _latencies(loads: Sequence[Load]) -> dict[str, float]:
    return {
        name: round(statistics.median(one.percentile(share) for one in loads), 1)
        for name, share in (("p50", 0.5), ("p99", 0.99))
    }
