"""`parchemin register`: whether the award register is as it was written."""

import asyncio
import json
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from parchemin.common.bus import LocalBus
from parchemin.evaluations.register.rules import ChainCheck, Fault, Head
from parchemin.evaluations.register.service import verify
from parchemin.standalone.services import ServiceName, service_of

app = typer.Typer(no_args_is_help=True, help="The award register.")
console = Console(soft_wrap=True)


@app.callback()
def _register() -> None:
    """The award register."""


@app.command("verify")
def verify_register(
    expect_head: Annotated[
        str | None,
        typer.Option(metavar="POSITION:HASH", help="A head that was noted elsewhere: what was cut off since shows."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line; the last one is the head.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Stop after so many faults.")] = 1000,
) -> None:
    """Read the register from end to end, and tell what is wrong with it and where. Ends with 1 where anything is.

    Note the head that is printed where nobody of this installation can change it, and give it to the next check.
    """
    try:
        expected = Head.read(expect_head) if expect_head is not None else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--expect-head") from error
    check = ChainCheck(expected)
    found = asyncio.run(_verify(check, limit, as_json))
    if as_json:
        typer.echo(json.dumps({**asdict(check.head), "faults": found, "complete": found < limit}))
    else:
        console.print(f"head {check.head}", highlight=False)
        told = f"{found} faults" if found < limit else f"stopped after {found} faults"
        console.print(told if found else f"{check.head.position} entries, as they were written", highlight=False)
    if found:
        raise typer.Exit(1)


async def _verify(check: ChainCheck, limit: int, as_json: bool) -> int:
    """Tell of each fault as it is found; returns how many there are."""
    service, found = service_of(ServiceName.EVALUATIONS, LocalBus()), 0
    try:
        async with service.database.reading() as session, aclosing(verify(session, check)) as faults:
            async for fault in faults:
                found += 1
                _tell(fault, as_json)
                if found >= limit:
                    break
    finally:
        await service.database.dispose()
    return found


def _tell(fault: Fault, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(fault)))
    else:
        place = "register" if fault.position is None else f"entry {fault.position}"
        console.print(f"{place}: {fault.detail} ({fault.code})", highlight=False, markup=False)
