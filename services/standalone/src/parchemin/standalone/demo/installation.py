"""Where a scenario is played: the whole product in one process, or its services apart, on Kafka."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

import httpx

from parchemin.common.bus.kafka import KafkaSettings
from parchemin.standalone.demo.databases import create_databases
from parchemin.standalone.demo.process import PROGRAM, ServerProcess
from parchemin.standalone.demo.routing import RoutingTransport
from parchemin.standalone.demo.settling import Settling, delete_topics
from parchemin.standalone.gateway import resources
from parchemin.standalone.services import ServiceName, create_services

LOOK_AGAIN_SECONDS = 0.02


@dataclass
class Installation:
    """Processes that run, and how to reach them."""

    var: Path
    """The folder that they share: keys, documents, logs."""
    processes: Sequence[ServerProcess]
    databases: Mapping[str, str]
    """The database of each service, as SQLAlchemy's URL."""
    settling: Settling
    """Knows whether every event has had its effect."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each resource is served, unless one process serves them all."""

    @asynccontextmanager
    async def client(self, **options: object) -> AsyncIterator[httpx.AsyncClient]:
        """A client of the whole API."""
        if self.origins:
            options["transport"] = RoutingTransport(self.origins)
        async with httpx.AsyncClient(base_url=self.processes[0].url, timeout=60, **options) as http:  # type: ignore[arg-type]
            yield http

    async def settle(self) -> None:
        """Wait until every event has had its effect."""
        while not await self.settling.settled():
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


@asynccontextmanager
async def embedded(var: Path, settings: Mapping[str, str], database: str | None = None) -> AsyncIterator[Installation]:
    """The four services in one process: on SQLite, or on databases of their own on the server `database`."""
    databases = await create_databases(database, var)
    own = {**settings, **_named(databases), "PARCHEMIN_BUS": "local", "PARCHEMIN_WORK": "inside"}
    process = ServerProcess(["serve"], var, own)
    own["PARCHEMIN_PUBLIC_URL"] = process.url
    installation = Installation(var, [process], databases, Settling(databases))
    async with _running(installation):
        yield installation


@asynccontextmanager
async def spread(
    var: Path,
    settings: Mapping[str, str],
    database: str | None = None,
    *,
    services: Collection[ServiceName] = tuple(ServiceName),
    workers: int = 1,
    program: str = PROGRAM,
) -> AsyncIterator[Installation]:
    """For each service one process that serves and `workers` that work, on the cluster of `PARCHEMIN_KAFKA_…`."""
    databases = {name: url for name, url in (await create_databases(database, var)).items() if name in services}
    kafka = KafkaSettings(namespace=f"demo-{token_hex(4)}.")
    shared = {
        **settings,
        **_named(databases),
        "PARCHEMIN_BUS": "kafka",
        "PARCHEMIN_WORK": "apart",
        "PARCHEMIN_KAFKA_NAMESPACE": kafka.namespace,
    }
    serving = {name: ServerProcess(["serve", name], var, shared, program=program) for name in services}
    if ServiceName.DOCUMENTS in serving:
        shared["PARCHEMIN_PUBLIC_URL"] = serving[ServiceName.DOCUMENTS].url
    working = [
        ServerProcess(
            ["work", name],
            var,
            {**shared, "PARCHEMIN_KAFKA_INSTANCE": f"demo-{number}"},
            name=f"work-{name}-{number}",
            program=program,
        )
        for name in services
        for number in range(workers)
    ]
    origins = {
        resource: serving[ServiceName(name)].url
        for name, app in create_services().items()
        if name in serving
        for resource in resources(app)
    }
    installation = Installation(var, [*serving.values(), *working], databases, Settling(databases, kafka), origins)
    try:
        async with _running(installation):
            yield installation
    finally:
        await delete_topics(kafka)


@asynccontextmanager
async def _running(installation: Installation) -> AsyncIterator[None]:
    try:
        for process in installation.processes:
            process.launch()
        await asyncio.gather(*(process.ready() for process in installation.processes))
        yield
    finally:
        await asyncio.gather(*(asyncio.to_thread(process.close) for process in installation.processes))
        await installation.settling.close()


def _named(databases: Mapping[str, str]) -> dict[str, str]:
    return {f"PARCHEMIN_{service.upper()}_DATABASE_URL": url for service, url in databases.items()}
