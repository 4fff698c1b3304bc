"""`parchemin demo`: a scenario, from the first candidate to the last diploma."""

import asyncio
import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from parchemin.standalone.demo.cast import Cast
from parchemin.standalone.demo.installation import Installation, embedded, spread
from parchemin.standalone.demo.outcome import DocumentsMissing, count_events, fetch_documents, outcome
from parchemin.standalone.demo.player import Player
from parchemin.standalone.demo.proof import prove
from parchemin.standalone.demo.scenario import Scenario

PATIENCE_SECONDS = 900
MADE_HERE = ("server", "documents")
KIND_LABELS = {
    "block_attestation": "attestations de bloc",
    "diploma": "parchemins",
    "jury_minutes": "procès-verbaux",
    "results_notice": "notifications de résultats",
}


async def play(
    scenario: Scenario, out: Path, console: Console, *, on_kafka: bool = False, database: str | None = None
) -> dict[str, Any]:
    """Play the scenario on an installation of its own under `out`, and write `out/summary.json`; returns its content.

    On one process, or on the services apart with the cluster of the environment; on SQLite, or on databases of its
    own on the server that `database` names. What an earlier run left under `out` is replaced.
    """
    for name in MADE_HERE:
        shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    place = spread if on_kafka else embedded
    async with (
        place(out / "server", rehearsal_settings(scenario), database) as installation,
        installation.client() as http,
    ):
        summary = await _play_on(scenario, out, installation, http, console)
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return summary


async def _play_on(
    scenario: Scenario, out: Path, installation: Installation, http: httpx.AsyncClient, console: Console
) -> dict[str, Any]:
    player = Player(scenario, cast := Cast(http, installation.var / "keys"), installation.settle)
    seconds: dict[str, float] = {}
    columns = (SpinnerColumn(), TextColumn("{task.description:<42}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:

        @contextmanager
        def step(name: str, label: str, total: int) -> Iterator[Any]:
            task = progress.add_task(label, total=max(total, 1))
            started = time.perf_counter()
            yield lambda: progress.advance(task)
            seconds[name] = round(time.perf_counter() - started, 3)
            progress.update(task, completed=max(total, 1))

        with step("school", "École et jurés", 1):
            await player.found_school()
        with step("enrolments", "Candidats et inscriptions", len(scenario.candidates)) as advance:
            await player.enrol(advance)
        asked = len(scenario.accommodations) + len(scenario.exemptions)
        with step("accommodations", "Aménagements et dispenses", asked) as advance:
            await player.accommodate(advance)
        for session in scenario.sessions:
            label = f"Session {session.ref} du {session.date:%d/%m/%Y}"
            with step(f"session {session.ref}", label, len(session.registrations)) as advance:
                await player.hold(session, advance)
        with step("documents", "Documents", 1):
            await _documents_issued(cast)
            listed = await fetch_documents(player, cast.administrator, out)
        await installation.settle()
        with step("proof", "Relecture des décisions et du registre", 1):
            await prove(installation.databases["evaluations"])
    return {
        **await outcome(player, cast.administrator),
        "documents": listed,
        "events": await count_events(installation.databases),
        "seconds": seconds,
        "refusals": sorted(player.refusals),
    }


async def _documents_issued(cast: Cast) -> None:
    """Documents are made after their events: wait for the last."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await cast.administrator.get("/v1/documents", state="pending", limit=1)).body["items"]:
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise DocumentsMissing(f"some documents were not made in {PATIENCE_SECONDS} s") from error


def rehearsal_settings(scenario: Scenario) -> dict[str, str]:
    """A rehearsal's settings: sessions may lie ahead, juries be as small as the file has them, and it names no sex."""
    smallest = min((len(session.jury.members) for session in scenario.sessions), default=2)
    return {
        "PARCHEMIN_EVALUATIONS_ACCEPT_FUTURE_DATES": "true",
        "PARCHEMIN_EVALUATIONS_JURY_MIN_MEMBERS": str(max(1, min(2, smallest))),
        "PARCHEMIN_EVALUATIONS_VAE_JURY_EACH_SEX": "false",
        "PARCHEMIN_EVALUATIONS_MIN_GRADERS": str(max(1, min(2, smallest))),
    }


def report(summary: dict[str, Any], scenario: Scenario, out: Path, console: Console) -> None:
    """The closing table."""
    table = Table(title=f"{scenario.organisation.name} · {scenario.name}", title_style="bold")
    table.add_column("Session")
    table.add_column("Date")
    table.add_column("Inscriptions", justify="right")
    table.add_column("Blocs validés", justify="right")
    table.add_column("Certifications", justify="right")
    blocks = Counter(row["session"] for row in summary["blocks_validated"])
    awards = Counter(row["session"] for row in summary["certifications"])
    for session in scenario.sessions:
        table.add_row(
            session.ref,
            f"{session.date:%d/%m/%Y}",
            str(len(session.registrations)),
            str(blocks[session.ref]),
            str(awards[session.ref]),
        )
    table.add_section()
    table.add_row(
        "Total",
        f"{summary['candidates']} candidats",
        str(sum(len(session.registrations) for session in scenario.sessions)),
        str(len(summary["blocks_validated"])),
        str(len(summary["certifications"])),
        style="bold",
    )
    console.print()
    console.print(table)
    kinds = Counter(document["kind"] for document in summary["documents"])
    documents = Table(title="Documents", title_style="bold", show_header=False)
    for kind, count in sorted(kinds.items()):
        documents.add_row(KIND_LABELS.get(kind, kind), str(count), str(out / "documents" / kind))
    documents.add_row("résumé", "1", str(out / "summary.json"))
    console.print(documents)
    for refusal in summary["refusals"]:
        console.print(f"[yellow]À voir[/yellow] {refusal}", highlight=False)
    console.print(f"{sum(summary['events'].values())} événements, {sum(summary['seconds'].values()):.1f} s.")
