"""Makes `geography/data/communes.csv.gz` and `communes.json` from the yearly lists of communes: `make communes`.

The lists are those of the npm package `@etalab/decoupage-administratif`, fetched by the `npm` client as it is set
up. The same versions give the same bytes.
"""

import argparse
import gzip
import json
import subprocess
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from parchemin.candidates.geography.names import key

PACKAGE = "@etalab/decoupage-administratif"
HISTORY = "0.8.0"
"""The last version that had the history: every change from 1943-01-01 to 2019-01-01."""
HISTORY_ENDS = "2019-01-01"
YEARS = {2021: "1.1.1", 2022: "2.3.1", 2023: "3.1.1", 2024: "4.1.0", 2025: "5.3.0", 2026: "6.0.0"}
"""Lists of what there was on 1 January; no version has the one of 2020."""
KINDS = {
    "COM": "C",
    "COMD": "D",
    "COMA": "A",
    "commune-actuelle": "C",
    "commune-deleguee": "D",
    "commune-associee": "A",
    "arrondissement-municipal": "M",
}
OUT = Path(__file__).resolve().parents[1] / "src/parchemin/candidates/geography/data"

Item = dict[str, Any]


@dataclass(frozen=True, order=True)
class Period:
    """One commune under one name, from a day (inclusive) to a day (exclusive); empty where it is not known."""

    code: str
    since: str
    until: str
    name: str
    kind: str
    postal: tuple[str, ...] = ()


def main() -> None:
    """Fetch, make, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path, help="folder of packages that were fetched before")
    folder = parser.parse_args().packages
    with tempfile.TemporaryDirectory() as fetched:
        versions = {version: _package(version, folder or Path(fetched)) for version in (HISTORY, *YEARS.values())}
    history = versions[HISTORY]["historique-communes"]
    lists = {year: versions[version]["communes"] for year, version in YEARS.items()}
    periods = _with_postal_codes(_merged([*_of_history(history), *_of_lists(history, lists)]), history, lists)
    _write(periods)


def _package(version: str, folder: Path) -> dict[str, list[Item]]:
    found = folder / f"etalab-decoupage-administratif-{version}.tgz"
    if not found.exists():
        subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{version}"], cwd=folder, check=True)  # noqa: S603, S607 - the developer's npm, with what stands above
    contents = {}
    with tarfile.open(found) as archive:
        for name in ("communes", "historique-communes"):
            path = f"package/data/{name}.json"
            if path in archive.getnames() and (member := archive.extractfile(path)):
                contents[name] = json.load(member)
    return contents


def _of_history(history: Iterable[Item]) -> Iterator[Period]:
    for item in history:
        if item["type"] in KINDS:
            until = item.get("dateFin", HISTORY_ENDS)  # the yearly lists say whether it lasted
            yield Period(item["code"], item.get("dateDebut", ""), until, item["nom"], KINDS[item["type"]])


def _of_lists(history: Iterable[Item], lists: dict[int, list[Item]]) -> Iterator[Period]:
    """What the yearly lists add to the history: what began, and what ended, after it.

    Of 2019 and 2020 nothing is known but the difference: what began then is taken to have begun in 2019, and what
    ended to have lasted until 2021, so that nobody's birth place is refused for want of a list.
    """
    covered = {(item["code"], item["nom"], KINDS[item["type"]]) for item in history if _stands(item)}
    dated = {item["code"] for item in history}
    standing: dict[tuple[str, str, str], str] = dict.fromkeys(covered, HISTORY_ENDS)
    first = min(lists)
    for year, items in sorted(lists.items()):
        day = f"{year}-01-01"
        now = {(item["code"], item["nom"], KINDS[item["type"]]) for item in items}
        for gone in sorted(standing.keys() - now):
            yield _period(gone, standing.pop(gone), day)
        for new in sorted(now - standing.keys()):
            # overseas communities and arrondissements are in no history: theirs has no beginning
            standing[new] = (HISTORY_ENDS if year == first else day) if _in_history(new, dated) else ""
    for left in sorted(standing):
        yield _period(left, standing[left], "")


def _in_history(commune: tuple[str, str, str], dated: set[str]) -> bool:
    code, _, kind = commune
    return kind != "M" and (code in dated or not code.startswith(("975", "977", "978", "98")))


def _stands(item: Item) -> bool:
    return item["type"] in KINDS and "dateFin" not in item


def _period(commune: tuple[str, str, str], since: str, until: str) -> Period:
    code, name, kind = commune
    return Period(code, since, until, name, kind)


def _merged(periods: Iterable[Period]) -> list[Period]:
    """Periods of one commune under one name that overlap or touch are one."""
    named: dict[tuple[str, str, str], list[Period]] = defaultdict(list)
    for period in periods:
        named[period.code, period.name, period.kind].append(period)
    merged = []
    for same in named.values():
        same.sort()
        last, *rest = same
        for period in rest:
            if last.until and last.until < period.since:
                merged.append(last)
                last = period
            else:
                until = "" if not (last.until and period.until) else max(last.until, period.until)
                last = replace(last, until=until)
        merged.append(last)
    return sorted(merged)


def _with_postal_codes(periods: list[Period], history: list[Item], lists: dict[int, list[Item]]) -> list[Period]:
    """Today's postal codes; those of what a commune became, where it is no more."""
    known: dict[str, tuple[str, ...]] = {}
    became: dict[str, set[str]] = defaultdict(set)
    for _, items in sorted(lists.items()):
        for item in items:
            if item.get("codesPostaux"):
                known[item["code"]] = tuple(sorted(item["codesPostaux"]))
            if item.get("chefLieu"):
                became[item["code"]].add(item["chefLieu"])
            for former in item.get("anciensCodes", ()):
                became[former].add(item["code"])
    for item in history:
        for link in ("successeur", "pole"):
            if link in item:
                became[item["code"]].add(item[link].partition("-")[2].partition("@")[0])

    def codes_of(code: str, seen: frozenset[str]) -> frozenset[str]:
        if code in known:
            return frozenset(known[code])
        later = became[code] - seen
        return frozenset().union(*(codes_of(heir, seen | {code}) for heir in sorted(later)))

    return [replace(period, postal=tuple(sorted(codes_of(period.code, frozenset())))) for period in periods]


def _write(periods: list[Period]) -> None:
    lines = (
        f"{period.code};{period.since};{period.until};{period.kind};{','.join(period.postal)};"
        f"{key(period.name)};{period.name}\n"
        for period in periods
    )
    text = "".join(lines).encode()
    (OUT / "communes.csv.gz").write_bytes(gzip.compress(text, 9, mtime=0))
    about = {
        "what": "Communes of France since 1943 with the periods in which they bore their code and name",
        "columns": "code; valid from (empty: always, or before 1943); valid until, exclusive; kind (C commune, "
        "D commune déléguée, A commune associée, M arrondissement municipal); today's postal codes; "
        "name folded for look-up; name",
        "source": "Code officiel géographique (INSEE) and base officielle des codes postaux (La Poste), as the "
        "npm package @etalab/decoupage-administratif has them",
        "versions": {"history 1943-2019": HISTORY, **{str(year): version for year, version in YEARS.items()}},
        "year": max(YEARS),
        "licence": "Data: Licence Ouverte / Open Licence 2.0 (Etalab). Package: MIT.",
        "lines": len(periods),
    }
    (OUT / "communes.json").write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
