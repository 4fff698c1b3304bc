"""`parchemin progress`: the view of where candidates stand, made anew from the history of events."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from sqlalchemy import select

from parchemin.candidates.progress.rebuilding import HISTORY, TOPICS, rebuild
from parchemin.common.bus import LocalBus
from parchemin.common.bus.kafka import KafkaSettings
from parchemin.common.bus.kafka.history import HistoryCut, read_history
from parchemin.common.settings import house
from parchemin.common.tables import outbox
from parchemin.standalone.services import ServiceName, service_of

app = typer.Typer(no_args_is_help=True, help="Where candidates stand.")
console = Console()
errors = Console(stderr=True, soft_wrap=True)

READ_AT_A_TIME = 500


@app.callback()
def _progress() -> None:
    """Where candidates stand."""


@app.command("rebuild")
def rebuild_progress() -> None:
    """Drop what the candidates service knows of outcomes and read all of it again: from the topics where the bus is
    Kafka, else from the outbox of the evaluations service. Enrolments that their facts complete are completed.

    Refused where the history is not whole: half of it would make certified candidates look as if they were not.
    """
    try:
        count = asyncio.run(_rebuild())
    except HistoryCut as cut:
        errors.print(f"[red]The history is not whole, nothing was changed: {cut}[/red]", highlight=False)
        raise typer.Exit(2) from cut
    except KafkaError as error:
        errors.print(f"[red]The cluster does not answer: {type(error).__name__}[/red]", highlight=False)
        raise typer.Exit(1) from error
    console.print(f"{count} facts were read again", highlight=False)


async def _rebuild() -> int:
    candidates = service_of(ServiceName.CANDIDATES, LocalBus())
    try:
        async with candidates.database.transaction() as session, aclosing(_history()) as history:
            return await rebuild(session, history)
    finally:
        await candidates.database.dispose()


async def _history() -> AsyncGenerator[bytes]:
    if house().bus == "kafka":
        async with aclosing(read_history(KafkaSettings(), TOPICS)) as messages:
            async for message in messages:
                yield message.body
        return
    evaluations = service_of(ServiceName.EVALUATIONS, LocalBus())
    try:
        if evaluations.settings.outbox_retention_days is not None:
            raise HistoryCut("PARCHEMIN_EVALUATIONS_OUTBOX_RETENTION_DAYS")
        told = select(outbox.c.body).where(outbox.c.type.in_(sorted(HISTORY))).order_by(outbox.c.position)
        async with evaluations.database.reading() as session:
            async for body in await session.stream_scalars(told.execution_options(yield_per=READ_AT_A_TIME)):
                yield body
    finally:
        await evaluations.database.dispose()
