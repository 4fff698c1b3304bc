"""`parchemin dead-letters`: what the services could not handle, and trying it again."""

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import delete, select

from parchemin.common.bus import LocalBus
from parchemin.common.database import Database
from parchemin.common.service import Service
from parchemin.common.tables import dead_letters
from parchemin.standalone.services import ServiceName, service_of

app = typer.Typer(no_args_is_help=True, help="Events that a service could not handle.")
console = Console()

Named = Annotated[list[ServiceName] | None, typer.Option("--service", help="Only this service's; may be repeated.")]
COLUMNS = ("consumer", "event_id", "topic", "key", "cause", "attempts", "source", "traceparent", "parked_at")


@app.command("list")
def list_dead_letters(
    service: Named = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Of each service, the oldest.")] = 100,
) -> None:
    """Show what is parked: when, where from, why, and under which trace. Never what is in it."""
    letters = [letter for name in service or list(ServiceName) for letter in asyncio.run(_parked(name, limit))]
    if as_json:
        for letter in letters:
            typer.echo(json.dumps(letter, default=str))
        return
    if not letters:
        console.print("No dead letters.")
        return
    table = Table("parked", "service", "event", "from", "cause", "attempts", "trace")
    for letter in letters:
        table.add_row(
            f"{letter['parked_at']:%Y-%m-%d %H:%M:%S}",
            letter["consumer"],
            str(letter["event_id"]),
            letter["source"] or letter["topic"],
            letter["cause"],
            str(letter["attempts"]),
            letter["traceparent"].split("-")[1] if letter["traceparent"] else "",
        )
    console.print(table)


@app.command()
def replay(
    service: Named = None,
    event: Annotated[list[UUID] | None, typer.Option(help="Only this event; may be repeated.")] = None,
) -> None:
    """Hand the parked events to their service again, oldest first. What fails again stays parked."""
    left = 0
    for name in service or list(ServiceName):
        replayed, remaining = asyncio.run(_replay(name, event))
        left += remaining
        if replayed or remaining:
            console.print(f"{name}: {replayed} handled, {remaining} still parked", highlight=False)
    if left:
        raise typer.Exit(1)


@app.command()
def discard(
    service: Annotated[ServiceName, typer.Option(help="Whose.")],
    event: Annotated[list[UUID], typer.Option(help="This event; may be repeated.")],
) -> None:
    """Give events up for good: what nobody will ever read. They stay received, and on the dead-letter topic."""
    discarded = asyncio.run(_discard(service, event))
    console.print(f"{service}: {discarded} discarded", highlight=False)
    if discarded < len(set(event)):
        raise typer.Exit(1)


async def _discard(name: ServiceName, events: Sequence[UUID]) -> int:
    service = service_of(name, LocalBus())
    try:
        async with service.database.transaction() as session:
            given_up = delete(dead_letters).where(dead_letters.c.event_id.in_(events))
            return len((await session.scalars(given_up.returning(dead_letters.c.event_id))).all())
    finally:
        await service.database.dispose()


async def _parked(name: ServiceName, limit: int) -> Sequence[dict[str, Any]]:
    service = service_of(name, LocalBus())
    try:
        return await _letters(service.database, limit)
    finally:
        await service.database.dispose()


async def _letters(database: Database, limit: int | None = None) -> Sequence[dict[str, Any]]:
    columns = [dead_letters.c[name] for name in COLUMNS]
    async with database.reading() as session:
        rows = await session.execute(select(*columns).order_by(dead_letters.c.position).limit(limit))
        return [dict(row._mapping) for row in rows]


async def _replay(name: ServiceName, events: Sequence[UUID] | None) -> tuple[int, int]:
    """How many went through, and how many are left. Events of the effects wait in the outbox for the relay."""
    service: Service = service_of(name, LocalBus())
    try:
        replayed = 0 if service.consumer is None else await service.consumer.replay_dead_letters(events)
        return replayed, len(await _letters(service.database))
    finally:
        await service.database.dispose()
