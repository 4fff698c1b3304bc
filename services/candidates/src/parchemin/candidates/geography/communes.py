"""The communes of France, each with the days on which it bore its code and its name (code officiel géographique).

`data/communes.json` says where the list comes from, its year and its licence; `make communes` makes it anew.
"""

import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from rapidfuzz import fuzz, process

from parchemin.candidates.geography.names import key

CITIES_WITH_ARRONDISSEMENTS: Mapping[str, str] = {"75056": "751", "69123": "6938", "13055": "132"}
"""Paris, Lyon, Marseille: how the codes of their arrondissements begin. A birth is registered in one of these."""
_WORTH_SUGGESTING = 72.0
"""Likeness of two folded names, of 100, from which one may have been meant for the other."""


class Kind(StrEnum):
    """What bore the name. All but the first are parts of one, and keep registers of births."""

    COMMUNE = "C"
    DELEGATED = "D"
    ASSOCIATED = "A"
    ARRONDISSEMENT = "M"


@dataclass(frozen=True, slots=True)
class Commune:
    """One code under one name, for as long as both held."""

    code: str
    name: str
    since: date | None
    """First day; None where the list has no beginning (it begins in 1943)."""
    until: date | None
    """The day after the last; None for what stands today."""
    kind: Kind
    postal_codes: tuple[str, ...]
    """Today's, of the commune or of what it became: those of former days are in no list."""

    def overlaps(self, first: date, last: date) -> bool:
        """Whether it was so on any of these days."""
        return (self.since is None or self.since <= last) and (self.until is None or first < self.until)

    @property
    def department(self) -> str:
        """`93`, `2A`, `974`; `20` for Corsica before 1976."""
        return department_of(self.code)


def department_of(code: str) -> str:
    """Of a commune's code, or of a postal code as far as that tells: `20167` is in `20`."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


class Gazetteer:
    """Looks communes up. Lines stay as they are in the file, and are read when they are asked for."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._first: dict[str, int] = {}
        self._named: dict[str, int | tuple[int, ...]] = {}
        for number, line in enumerate(lines):
            code, _, rest = line.partition(";")
            self._first.setdefault(code, number)
            folded = rest.rsplit(";", 2)[1]
            before = self._named.get(folded)
            if before is None:
                self._named[folded] = number
            else:
                self._named[folded] = (*(before if isinstance(before, tuple) else (before,)), number)

    def __len__(self) -> int:
        return len(self._lines)

    def at(self, number: int) -> Commune:
        """The one of a line."""
        return _read(self._lines[number])

    def with_code(self, code: str) -> list[Commune]:
        """All that ever bore this code, in the order of the days."""
        return list(self._bearing(code))

    def named(self, name: str, first: date, last: date) -> list[Commune]:
        """All that bore this name, however it is spelled, on one of these days."""
        found = self._named.get(key(name), ())
        communes = (_read(self._lines[number]) for number in (found if isinstance(found, tuple) else (found,)))
        return [commune for commune in communes if commune.overlaps(first, last)]

    def alike(self, name: str, first: date, last: date, *, within: str = "", limit: int = 5) -> list[Commune]:
        """Those whose names are most like this one, the likest first; `within` narrows it to codes that begin so."""
        spellings = self._named if not within else self._named_within(within)
        likest = process.extract(
            key(name), spellings.keys(), scorer=fuzz.ratio, limit=4 * limit, score_cutoff=_WORTH_SUGGESTING
        )
        communes = [
            commune
            for spelling, _, _ in likest
            for commune in self.named(spelling, first, last)
            if commune.code.startswith(within)
        ]
        return communes[:limit]

    def beginning_with(self, text: str, first: date, last: date) -> Iterator[Commune]:
        """For somebody who types: those whose folded names begin so, shortest names first."""
        start = key(text)
        for spelling in sorted(
            (name for name in self._named if name.startswith(start)), key=lambda name: (len(name), name)
        ):
            yield from self.named(spelling, first, last)

    def arrondissements(self, city_code: str) -> list[Commune]:
        """Of Paris, Lyon or Marseille; empty for all others."""
        start = CITIES_WITH_ARRONDISSEMENTS.get(city_code)
        if start is None:
            return []
        codes = (code for code in self._first if code.startswith(start) and code != city_code)
        found = (commune for code in codes for commune in self._bearing(code))
        return [commune for commune in found if commune.kind is Kind.ARRONDISSEMENT]

    def _bearing(self, code: str) -> Iterator[Commune]:
        number = self._first.get(code, len(self._lines))
        while number < len(self._lines) and self._lines[number].startswith(f"{code};"):
            yield _read(self._lines[number])
            number += 1

    def _named_within(self, within: str) -> dict[str, None]:
        return {line.rsplit(";", 2)[1]: None for line in self._lines if line.startswith(within)}


def _read(line: str) -> Commune:
    code, since, until, kind, postal, _, name = line.split(";")
    return Commune(
        code=code,
        name=name,
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        kind=Kind(kind),
        postal_codes=tuple(postal.split(",")) if postal else (),
    )


@cache
def gazetteer() -> Gazetteer:
    """The one of this process, read at its first use."""
    data = (files("parchemin.candidates.geography") / "data/communes.csv.gz").read_bytes()
    return Gazetteer(gzip.decompress(data).decode().splitlines())
