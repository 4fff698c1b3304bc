"""The processes of an installation: `serve`, `work`, and the jobs before them, `migrate` and `topics`."""

import asyncio
import gc
import os
import socket
from contextlib import suppress
from enum import StrEnum
from typing import Annotated, Any

import typer
import uvicorn
from aiokafka.errors import KafkaError
from rich.console import Console

from parchemin.common import migrations
from parchemin.common.bus.kafka import KafkaSettings, apply_to_identities, create_topics
from parchemin.common.http.worker import create_worker_app
from parchemin.common.settings import house
from parchemin.contracts.events import CATALOGUE
from parchemin.contracts.topics import dead_letter_topic
from parchemin.standalone.services import ServiceName, service_of, shared_bus

STARTUP_FAILURE = 3
"""As uvicorn's own command."""
KEEP_ALIVE_SECONDS = 130
"""Longer than a gateway keeps an idle connection (Caddy: 120): it must not send a request on one that closes here."""
COLLECTED_AFTER = (10_000, 20, 20)
"""Garbage collection: new objects before a first round, and rounds before the next older ones are looked at."""

app = typer.Typer()
console = Console()
errors = Console(stderr=True, soft_wrap=True)


class Served(StrEnum):
    """What a process may serve alone."""

    CANDIDATES = ServiceName.CANDIDATES
    EVALUATIONS = ServiceName.EVALUATIONS
    BUDGET = ServiceName.BUDGET
    DOCUMENTS = ServiceName.DOCUMENTS
    REFERENCE = "reference"


Named = Annotated[list[ServiceName] | None, typer.Argument(help="Which services; all four where none is named.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Fd = Annotated[int | None, typer.Option(hidden=True, help="Listening socket that was inherited.")]


@app.command()
def serve(
    service: Annotated[
        Served | None,
        typer.Argument(help="Serve only this service, or only the API reference; all behind one origin by default."),
    ] = None,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    fd: Fd = None,
) -> None:
    """Serve the API until interrupted. Without a name, the four services in this process."""
    os.environ.setdefault("PARCHEMIN_PUBLIC_URL", f"http://{host}:{port}")
    house.cache_clear()
    if service is None and fd is None:
        console.print(f"API        [link]http://{host}:{port}/docs[/link]")
        console.print(f"Données    {house().var.resolve()}")
        console.print("Jetons     parchemin token --role administrator")
    place = {None: "standalone.app", Served.REFERENCE: "standalone.reference"}.get(service, f"{service}.app")
    factory = f"parchemin.{place}:create_app"
    _run(factory, factory=True, host=host, port=port, fd=fd)


@app.command()
def work(
    services: Named = None,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the probes and the metrics.")] = 9100,
    fd: Fd = None,
) -> None:
    """Do the work beside the requests until interrupted: bring events out, handle them, make documents."""
    named = services or list(ServiceName)
    bus = shared_bus()
    if bus is not None and set(named) != set(ServiceName):
        errors.print(
            "[red]The local bus reaches this process only: work for all services, or set PARCHEMIN_BUS=kafka.[/red]"
        )
        raise typer.Exit(2)
    _run(create_worker_app([service_of(name, bus) for name in named]), host=host, port=port, fd=fd)


@app.command()
def migrate(services: Named = None) -> None:
    """Bring the databases of the services up to date."""
    for name in services or list(ServiceName):
        asyncio.run(migrations.run("upgrade", name))
        console.print(f"{name} up to date", highlight=False)


@app.command()
def topics() -> None:
    """Create the topics that the cluster does not have, and bound how long an erased identity stays on the others."""
    wanted = {event.topic for event in CATALOGUE.values()} | {dead_letter_topic(name) for name in ServiceName}
    try:
        created = asyncio.run(create_topics(KafkaSettings(), wanted))
        bounded = asyncio.run(apply_to_identities(KafkaSettings(), wanted - set(created)))
    except KafkaError as error:
        errors.print(f"[red]{type(error).__name__}: {error}[/red]", highlight=False)
        raise typer.Exit(1) from error
    for topic in created:
        console.print(f"{topic} created", highlight=False)
    for topic in bounded:
        console.print(f"{topic} compacts as the settings say", highlight=False)
    console.print(f"{len(wanted) - len(created)} of {len(wanted)} were there", highlight=False)


class _Server(uvicorn.Server):
    """uvicorn, which leaves what a process has loaded at its start out of the collector's rounds: they would walk
    through half a million objects that stay for good, and did so several times a second."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTED_AFTER)


def _run(application: Any, *, fd: int | None, **options: Any) -> None:
    """Serve until interrupted, on an inherited socket where there is one.

    uvicorn's own `fd` takes it for a Unix socket, on which nobody switches Nagle's algorithm off: each answer would
    wait 40 ms for the client's delayed acknowledgement.
    """
    config = uvicorn.Config(
        application,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        **options,
    )
    server = _Server(config)
    with suppress(KeyboardInterrupt):
        server.run(sockets=None if fd is None else [socket.socket(fileno=fd)])
    if not server.started:
        raise typer.Exit(STARTUP_FAILURE)
