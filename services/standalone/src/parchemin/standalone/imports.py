"""`parchemin import`: a school's file to the API, and the report to the terminal."""

from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table


def import_candidates(file: Path, url: str, token: str, console: Console, *, all_or_nothing: bool) -> bool:
    """Send the file; print what became of it. True when every row went in."""
    response = httpx.post(
        f"{url.rstrip('/')}/v1/candidate_imports",
        params={"all_or_nothing": all_or_nothing},
        content=file.read_bytes(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "text/csv", "Accept-Language": "fr"},
        timeout=120,
    )
    answer = response.json()
    if response.is_error:
        console.print(f"[red]{file}: {answer.get('detail', response.status_code)}[/red]", highlight=False)
        for error in answer.get("errors", []):
            console.print(f"  {error['detail']}", highlight=False)
        return False
    if answer["errors"]:
        table = Table(title=f"{file.name} : lignes refusées", title_style="bold")
        for heading in ("Ligne", "Colonne", "Motif"):
            table.add_column(heading)
        for error in answer["errors"]:
            table.add_row(str(error["line"]), error["column"] or "", error["reason"])
        console.print(table)
    console.print(f"{answer['rows']} ligne(s) lues, {answer['imported']} importée(s), {answer['rejected']} refusée(s).")
    if answer["errors"] and not answer["committed"]:
        console.print("Rien n'a été importé.")
    return not answer["errors"]
