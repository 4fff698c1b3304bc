"""`parchemin retention`: what is kept too long goes."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import select
from sqlmodel import col

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.privacy.retention.models import RetentionRun
from parchemin.candidates.privacy.retention.service import run_rules
from parchemin.candidates.settings import Settings
from parchemin.common.bus import LocalBus
from parchemin.common.service import opened
from parchemin.standalone.services import ServiceName, service_of

app = typer.Typer(no_args_is_help=True, help="Rules of retention.")
console = Console(soft_wrap=True)


@app.callback()
def _retention() -> None:
    """Rules of retention."""


@app.command("run")
def run_retention(
    apply: Annotated[bool, typer.Option("--apply", help="Have it go; without it, only say what would.")] = False,
) -> None:
    """Run the rules of retention over every school; a dry run unless told otherwise. For a timer: run it again and
    again, each run takes a bounded number. Erasures are then done by the running service."""
    runs = asyncio.run(_run(dry_run=not apply))
    for run in runs:
        for finding in run.findings:
            more = " and more" if finding["more"] else ""
            console.print(f"{run.organisation_id} {finding['rule']}: {finding['count']}{more}", highlight=False)
    total = sum(finding["count"] for run in runs for finding in run.findings)
    console.print(f"{total} {'went' if apply else 'would go'}", highlight=False)


async def _run(*, dry_run: bool) -> list[RetentionRun]:
    """A transaction for each school."""
    service = service_of(ServiceName.CANDIDATES, LocalBus())
    settings = service.settings
    if not isinstance(settings, Settings):
        raise TypeError("the candidates service has settings of its own")
    vault = service.state["vault"]
    runs = []
    async with opened(service):
        async with service.database.reading() as session:
            schools = list(await session.scalars(select(col(Candidate.organisation_id)).distinct()))
        for school in sorted(schools):
            async with service.database.transaction() as session:
                runs.append(
                    await run_rules(
                        session, vault, school, settings, dry_run=dry_run, requester="parchemin retention run"
                    )
                )
    return runs
