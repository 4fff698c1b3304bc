"""`parchemin import`: a school's file to the API, its progress and the report to the terminal."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

_POLL_SECONDS = 0.3
_MOST_LINES = 100
"""Of a table in a terminal: whoever has more of them opens the file with the rejected rows."""
_UNFINISHED = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Asked:
    """How the file is to be imported."""

    all_or_nothing: bool = False
    preview: bool = False
    source: str | None = None
    class_id: str | None = None
    rejected: Path | None = None
    """Where the rejected rows go, to be corrected."""


def import_candidates(file: Path, url: str, token: str, console: Console, asked: Asked) -> bool:
    """Send the file; print what became of it. True when every row went in, or would."""
    params: dict[str, Any] = {"all_or_nothing": asked.all_or_nothing, "preview": asked.preview}
    params |= {name: value for name in ("source", "class_id") if (value := getattr(asked, name)) is not None}
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "fr"}
    with httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=120) as api:
        response = api.post(
            "/v1/candidate_imports",
            params=params,
            content=file.read_bytes(),
            headers={"Content-Type": "application/octet-stream"},
        )
        answer = response.json()
        if response.is_error:
            console.print(f"[red]{file}: {answer.get('detail', response.status_code)}[/red]", highlight=False)
            for error in answer.get("errors", []):
                console.print(f"  {error['detail']}", highlight=False)
            return False
        if response.status_code == 202:
            answer = _followed(api, response.headers["location"], console)
        _show(answer, file.name, console, asked)
        if answer["errors"] and asked.rejected is not None:
            _fetch_rejected(api, answer["id"], asked.rejected, console)
    return not answer["errors"] and answer.get("state", "done") == "done"


def _followed(api: httpx.Client, location: str, console: Console) -> dict[str, Any]:
    """Watch a large import to its end; the report of it."""
    columns = (TextColumn("Import"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("import", total=None)
        while True:
            record: dict[str, Any] = _read(api, location)
            progress.update(bar, total=record["rows"], completed=record["rows_done"])
            if record["state"] not in _UNFINISHED:
                break
            time.sleep(_POLL_SECONDS)
    rejected = _all(api, f"{location}/rows?outcome=rejected&limit=100", most=_MOST_LINES)
    errors = [error for row in rejected for error in row["errors"]]
    written = record["created"] + record["updated"]
    return {**record, "imported": record["created"], "errors": errors, "committed": written > 0, "notes": []}


def _all(api: httpx.Client, url: str, *, most: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = ""
    while len(items) < most:
        page = _read(api, f"{url}{cursor}")
        items += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    return items


def _read(api: httpx.Client, url: str) -> dict[str, Any]:
    answer = api.get(url)
    answer.raise_for_status()
    read: dict[str, Any] = answer.json()
    return read


def _show(answer: dict[str, Any], name: str, console: Console, asked: Asked) -> None:
    for title, found in (("lignes refusées", answer["errors"]), ("à regarder", answer["notes"])):
        if found:
            table = Table(title=f"{name} : {title}", title_style="bold")
            for heading in ("Ligne", "Colonne", "Motif"):
                table.add_column(heading)
            for error in found[:_MOST_LINES]:
                table.add_row(str(error["line"]), error["column"] or "", error["reason"])
            console.print(table)
    console.print(
        f"{answer['rows']} ligne(s) lues, {answer['imported']} importée(s), {answer['updated']} mise(s) à jour, "
        f"{answer['unchanged']} sans changement, {answer['rejected']} refusée(s)."
    )
    if asked.preview:
        console.print("Aperçu : rien n'a été importé.")
    elif answer.get("state", "done") != "done":
        console.print(f"L'import s'est arrêté : {answer['failure'] or answer['state']}.")
    elif answer["errors"] and not answer["committed"]:
        console.print("Rien n'a été importé.")


def _fetch_rejected(api: httpx.Client, import_id: str, to: Path, console: Console) -> None:
    answer = api.get(f"/v1/candidate_imports/{import_id}/rejected")
    answer.raise_for_status()
    to.write_bytes(answer.content)
    console.print(f"Lignes refusées, à corriger : {to}", highlight=False)
