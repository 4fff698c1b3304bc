"""Countries by the names that schools write."""

import json
from functools import cache
from importlib.resources import files

from parchemin.candidates.identity.rules import folded


def country_code(said: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country, by its French or English name or by the code itself; None where unknown."""
    return _codes().get(folded(said))


@cache
def _codes() -> dict[str, str]:
    text = (files("parchemin.candidates.imports") / "data/countries.json").read_text(encoding="utf-8")
    data = json.loads(text)
    codes = {folded(name): code for part in ("usual", "names") for code, names in data[part].items() for name in names}
    return {**codes, **{folded(code): code for code in data["names"]}}
