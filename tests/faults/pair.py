"""All four services in two processes on a cluster: one that serves, one that works."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from parchemin.common.bus.kafka import KafkaSettings
from parchemin.standalone.demo.installation import Installation
from parchemin.standalone.demo.process import ServerProcess
from parchemin.standalone.demo.settling import Settling


def cluster_of(environment: Mapping[str, str]) -> KafkaSettings:
    """The cluster that a process with this environment is on."""
    return KafkaSettings(
        bootstrap_servers=environment["PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS"],
        namespace=environment["PARCHEMIN_KAFKA_NAMESPACE"],
    )


@asynccontextmanager
async def pair(
    var: Path, databases: Mapping[str, str], environment: Mapping[str, str], working: Mapping[str, str] | None = None
) -> AsyncIterator[Installation]:
    """`environment` as of `kafka_environment`; `working` is what the process that works has on top of it."""
    settings = {
        **environment,
        "PARCHEMIN_WORK": "apart",
        **{f"PARCHEMIN_{name.upper()}_DATABASE_URL": url for name, url in databases.items()},
    }
    processes = [ServerProcess(["serve"], var, settings), ServerProcess(["work"], var, {**settings, **(working or {})})]
    installation = Installation(var, processes, databases, Settling(databases, cluster_of(environment)))
    try:
        for process in processes:
            await process.start()  # one after the other: the first brings the databases up to date
        yield installation
    finally:
        for process in processes:
            process.close()
        await installation.settling.close()
