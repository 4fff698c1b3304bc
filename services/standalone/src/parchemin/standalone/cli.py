"""The `parchemin` command."""

import asyncio
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import httpx
import typer
from pydantic import ValidationError
from rich.console import Console

from parchemin.common.auth.keys import LocalKey
from parchemin.common.auth.tokens import development_token
from parchemin.common.settings import AuthSettings, house
from parchemin.contracts.vocabulary import Role
from parchemin.standalone import dead_letters, keys, processes, progress, register, replaying, republishing, retention
from parchemin.standalone.demo.client import Refused
from parchemin.standalone.demo.command import play, report
from parchemin.standalone.demo.databases import DatabaseServerAway
from parchemin.standalone.demo.outcome import DocumentsMissing
from parchemin.standalone.demo.process import ServerDidNotStart
from parchemin.standalone.demo.proof import ProofFailed
from parchemin.standalone.demo.scenario import Scenario, read_scenario
from parchemin.standalone.imports import Asked, import_candidates
from parchemin.standalone.organisations import find_organisation

app = typer.Typer(no_args_is_help=True, help="Parchemin: runs a professional certification.", add_completion=False)
imports = typer.Typer(no_args_is_help=True, help="Bring in what a school has in files.")
app.add_typer(imports, name="import")
app.add_typer(processes.app)
app.add_typer(republishing.app)
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(register.app, name="register")
app.add_typer(retention.app, name="retention")
app.add_typer(keys.app, name="keys")
app.add_typer(replaying.app, name="evaluations")
app.add_typer(progress.app, name="progress")
console = Console()
errors = Console(stderr=True, soft_wrap=True)

SAMPLE = files("parchemin.standalone.demo") / "data" / "promotion-2026.json"


@app.command()
def demo(
    scenario: Annotated[Path | None, typer.Option(help="Scenario file; the shipped one where none is given.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the documents and summary.json.")] = Path("var/demo"),
    bus: Annotated[
        Literal["local", "kafka"],
        typer.Option(help="kafka: the services in processes of their own, on PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS."),
    ] = "local",
    database: Annotated[
        str | None,
        typer.Option(
            envvar="PARCHEMIN_DEMO_DATABASE",
            help="postgresql://… of somebody who may create databases; SQLite files where none is given.",
        ),
    ] = None,
) -> None:
    """Play a scenario through the API: a cohort, its sessions, its diplomas."""
    read = _read(scenario)
    try:
        summary = asyncio.run(play(read, out, console, on_kafka=bus == "kafka", database=database))
    except (Refused, ServerDidNotStart, DocumentsMissing, ProofFailed, DatabaseServerAway) as error:
        errors.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(1) from error
    report(summary, read, out, console)


@app.command()
def token(
    role: Annotated[list[Role], typer.Option(help="May be given several times.")],
    organisation: Annotated[
        str | None, typer.Option(help="Code or id; the only one there is where none is given. None for a certifier.")
    ] = None,
    subject: Annotated[str, typer.Option(help="Whom it names: for a juror or a candidate, their id.")] = "developer",
    scope: Annotated[list[str] | None, typer.Option(help="Scopes instead of the role's own.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 30, help="How long it holds.")] = 8,
) -> None:
    """Print a development token for a role, signed with the local key."""
    if AuthSettings().jwks_url is not None:
        errors.print("[red]This installation takes the tokens of its identity provider.[/red]")
        raise typer.Exit(2)
    belongs_to: UUID | None = None
    if set(role) != {Role.CERTIFIER}:
        try:
            belongs_to = asyncio.run(find_organisation(organisation))
        except LookupError as error:
            errors.print(f"[red]{error}[/red]", highlight=False)
            raise typer.Exit(2) from error
    made = development_token(
        LocalKey(house().var / "keys"),
        AuthSettings(),
        subject=subject,
        roles=role,
        organisation_id=belongs_to,
        scopes=scope,
        seconds=int(hours * 3600),
    )
    typer.echo(made)


@imports.command("candidates")
def import_candidates_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX or OneRoster archive.")],
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="Bring in nothing if a row is bad.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be done, and do nothing.")] = False,
    source: Annotated[str | None, typer.Option(help="System whose identifiers the rows have.")] = None,
    class_id: Annotated[str | None, typer.Option("--class", help="Of a OneRoster archive: this class only.")] = None,
    rejected: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the rejected rows there, to be corrected.")
    ] = None,
    organisation: Annotated[str | None, typer.Option(help="Code or id, on the embedded defaults.")] = None,
    url: Annotated[str, typer.Option(envvar="PARCHEMIN_URL", help="Where the API is.")] = "http://127.0.0.1:8000",
    token: Annotated[
        str | None, typer.Option(envvar="PARCHEMIN_TOKEN", help="Access token; a development one where none is given.")
    ] = None,
) -> None:
    """Bring in candidates from a file; each bad row is reported with line, column and reason.

    The same file again changes nothing; a changed one changes what it changes.
    """
    try:
        if token is None:
            token = development_token(
                LocalKey(house().var / "keys"),
                AuthSettings(),
                subject="import",
                roles=[Role.ADMINISTRATOR],
                organisation_id=asyncio.run(find_organisation(organisation)),
            )
        asked = Asked(all_or_nothing, preview, source, class_id, rejected)
        complete = import_candidates(file, url, token, console, asked)
    except LookupError as error:
        errors.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(2) from error
    except httpx.TransportError as error:
        errors.print(f"[red]{url} does not answer: is `parchemin serve` running?[/red]", highlight=False)
        raise typer.Exit(2) from error
    if not complete:
        raise typer.Exit(1)


def _read(path: Path | None) -> Scenario:
    try:
        if path is not None:
            return read_scenario(path)
        with as_file(SAMPLE) as sample:
            return read_scenario(sample)
    except OSError as error:
        errors.print(f"[red]{path}: {error.strerror}[/red]", highlight=False)
    except ValidationError as error:
        errors.print(f"[red]{path} is not a scenario file:[/red]")
        for fault in error.errors()[:10]:
            errors.print(f"  {'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}", highlight=False)
    raise typer.Exit(2)


def main() -> None:
    """Entry point of the `parchemin` command."""
    app()


if __name__ == "__main__":
    main()
