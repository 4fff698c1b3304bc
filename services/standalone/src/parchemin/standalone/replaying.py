"""`parchemin evaluations replay`: whether every outcome follows from its history."""

import asyncio
import json
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from parchemin.common.bus import LocalBus
from parchemin.evaluations.replay.service import Difference, Replay, replay
from parchemin.evaluations.settings import Settings
from parchemin.standalone.services import ServiceName, service_of

app = typer.Typer(no_args_is_help=True, help="The evaluations service.")
console = Console(soft_wrap=True)


@app.callback()
def _evaluations() -> None:
    """The evaluations service."""


@app.command("replay")
def replay_outcomes(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line; the last one sums up.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Stop after so many differences.")] = 1000,
) -> None:
    """Make every outcome anew from sheets, attendance, departures, exemptions and rulings; compare with what stands.

    Ends with 1 where anything differs. Changes nothing.
    """
    done = Replay()
    found = asyncio.run(_replay(done, limit, as_json))
    digests = {"stored": done.stored.hexdigest(), "rebuilt": done.rebuilt.hexdigest()}
    if as_json:
        counts = {"enrolments": done.enrolments, "decisions": done.decisions, "differences": found}
        typer.echo(json.dumps({**counts, **digests}))
    else:
        console.print(f"{done.enrolments} enrolments, {done.decisions} decisions", highlight=False)
        for side, digest in digests.items():
            console.print(f"{side:8}{digest}", highlight=False)
        console.print("every outcome follows" if not found else f"{found} differences", highlight=False)
    if found or digests["stored"] != digests["rebuilt"]:
        raise typer.Exit(1)


async def _replay(done: Replay, limit: int, as_json: bool) -> int:
    service, found = service_of(ServiceName.EVALUATIONS, LocalBus()), 0
    try:
        async with aclosing(replay(service.database, Settings().default_policy, done)) as differences:
            async for difference in differences:
                found += 1
                _tell(difference, as_json)
                if found >= limit:
                    break
    finally:
        await service.database.dispose()
    return found


def _tell(difference: Difference, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(difference), default=str))
    else:
        told = f"enrolment {difference.enrolment_id}: {difference.detail} ({difference.code})"
        console.print(told, highlight=False, markup=False)
