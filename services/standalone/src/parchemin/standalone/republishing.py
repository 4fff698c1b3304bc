"""`parchemin republish`: events that were published come once more, for who has lost them."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import update

from parchemin.common.bus import LocalBus
from parchemin.common.dead_letters import TYPE as DEAD_LETTER
from parchemin.common.tables import outbox
from parchemin.standalone.services import ServiceName, service_of

app = typer.Typer()
console = Console()


@app.command()
def republish(
    services: Annotated[
        list[ServiceName] | None, typer.Argument(help="Whose events; those of all four where none is named.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Only events from this time on, UTC; all that the outbox has by default.")
    ] = None,
) -> None:
    """Have the relays publish events again: after a backup was restored, or a cluster was lost with its topics.

    Whoever has received an event before passes over it.
    """
    for name in services or list(ServiceName):
        count = asyncio.run(_publish_again(name, since))
        console.print(f"{name}: {count} events are published again", highlight=False)


async def _publish_again(name: ServiceName, since: datetime | None) -> int:
    service = service_of(name, LocalBus())
    published = outbox.c.published_at.is_not(None) & (outbox.c.type != DEAD_LETTER)
    again = update(outbox).where(published).values(published_at=None)
    if since is not None:
        again = again.where(outbox.c.occurred_at >= since.replace(tzinfo=UTC))
    try:
        async with service.database.transaction() as session:
            return len((await session.scalars(again.returning(outbox.c.position))).all())
    finally:
        await service.database.dispose()
