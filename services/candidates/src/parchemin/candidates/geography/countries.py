"""Countries: ISO 3166-1 alpha-2, the INSEE's code of a birth abroad, and the names that people write.

A birth place is given by the country in which it lies **today**: who was born in Kyiv in 1980 was born in `UA`, and
in Oran in 1960 in `DZ`. So the codes of states and departments that are no more (USSR, Yugoslavia, Czechoslovakia,
GDR, the Algerian departments 91 to 94) need not be guessed from a city's name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from parchemin.candidates.identity.rules import folded


@dataclass(frozen=True, slots=True)
class Country:
    """One country or territory that has an ISO code."""

    code: str
    """ISO 3166-1 alpha-2; `XK` for Kosovo."""
    name_fr: str
    name_en: str
    insee_code: str | None
    """`99…` of the code officiel géographique; None for what is France, and for Antarctica."""
    french: bool
    """Births there have a commune."""


def country_code(said: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country, by its French or English name or by the code itself; None where unknown."""
    return _codes().get(folded(said))


@cache
def countries() -> Mapping[str, Country]:
    """All of them by ISO code, in the order of the codes."""
    names, insee = _data("countries.json")["names"], _data("insee_countries.json")
    return {
        code: Country(
            code=code,
            name_fr=said[0],
            name_en=said[-1],
            insee_code=insee["codes"].get(code),
            french=code in insee["french"],
        )
        for code, said in sorted(names.items())
    }


@cache
def _codes() -> dict[str, str]:
    data = _data("countries.json")
    codes = {folded(name): code for part in ("usual", "names") for code, names in data[part].items() for name in names}
    return {**codes, **{folded(code): code for code in data["names"]}}


def _data(name: str) -> Any:
    return json.loads((files("parchemin.candidates.geography") / "data" / name).read_text(encoding="utf-8"))
