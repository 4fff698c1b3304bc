"""Names of countries, for births abroad."""

import json
from functools import cache
from importlib.resources import files

from parchemin.common.language import Language


def country_name(code: str, language: Language) -> str | None:
    """The name of an ISO 3166-1 alpha-2 code; none for a code that the list does not have."""
    names = _names().get(code)
    return names[language] if names else None


@cache
def _names() -> dict[str, dict[Language, str]]:
    text = (files("parchemin.documents.composition") / "data/countries.json").read_text(encoding="utf-8")
    names: dict[str, dict[Language, str]] = json.loads(text)["names"]
    return names
