"""What a service is made of, and the work that goes on beside its requests.

The same service runs in two ways: its requests and its work in one process, the embedded default; or HTTP in some
processes (`parchemin serve`) and the work in others (`parchemin work`), as many of each as are needed.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter

from parchemin.common import migrations
from parchemin.common.background import Background, Task
from parchemin.common.bus import Bus
from parchemin.common.consumer import Consumer
from parchemin.common.database import Database
from parchemin.common.housekeeping import Housekeeping
from parchemin.common.relay import Relay
from parchemin.common.settings import ServiceSettings, default_database_url
from parchemin.common.tracing import configure_tracing, flush_tracing


@dataclass(frozen=True)
class Service:
    """What makes a service, for the factories."""

    name: str
    """As in its package, `parchemin.<name>`."""
    title: str
    description: str
    routers: Sequence[APIRouter]
    settings: ServiceSettings
    database: Database
    bus: Bus
    consumer: Consumer | None = None
    on_start: Sequence[Task] = ()
    """Run once at start, after the migrations and before the first request."""
    on_stop: Sequence[Task] = ()
    """Run once at the stop, after the last request and before the database is closed."""
    background: Sequence[Task] = ()
    """Part of its work: run until the process stops; each runs for ever."""
    knows_logins: bool = False
    """Whether it finds persons by the digest of their subject (`Principal.login`)."""
    larger_bodies: Mapping[str, int] = field(default_factory=dict)
    """For paths that match one of these expressions, the bytes of a PUT that `max_body_bytes` would refuse."""
    state: dict[str, Any] = field(default_factory=dict)
    """What its dependencies find on `app.state`."""


def open_database(settings: ServiceSettings, service: str) -> Database:
    """The service's database, by its settings."""
    return Database(settings.database_url or default_database_url(service))


def subscribe(service: Service) -> None:
    """Take part in the bus. When the service is made, and not at its start: no other service's relay may run before."""
    if service.consumer is not None:
        service.consumer.subscribe(service.bus)
        service.consumer.pause()


@asynccontextmanager
async def opened(service: Service) -> AsyncIterator[None]:
    """The service with its database: up to date where the settings say so, and closed at the end."""
    async with AsyncExitStack() as stack:
        configure_tracing(service.name)
        stack.push_async_callback(asyncio.to_thread, flush_tracing)
        stack.push_async_callback(service.database.dispose)
        if service.settings.migrate_on_start:
            await migrations.upgrade(service.database, service.name)
        for task in service.on_start:
            await task()
        for task in service.on_stop:
            stack.push_async_callback(task)
        yield


@asynccontextmanager
async def working(service: Service, background: Background) -> AsyncIterator[None]:
    """Its relay, its consumer and its own tasks, for as long as the block lasts.

    At the end: publish and begin nothing more, finish what is in hand, then close.
    """
    async with AsyncExitStack() as stack:
        if service.consumer is not None:
            service.consumer.resume()
            stack.push_async_callback(service.consumer.drain)
        await service.bus.start()
        stack.push_async_callback(service.bus.stop)
        relay = Relay(service.name, service.database, service.bus, poll_seconds=service.settings.relay_poll_seconds)
        housekeeping = Housekeeping(service.database, service.settings)
        await stack.enter_async_context(background.running([relay.run, housekeeping.run, *service.background]))
        yield
