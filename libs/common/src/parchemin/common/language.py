"""Texts that a person reads: French first, English where the client asks for it (RFC 9110 §12.5.4)."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages; `{name}` places are filled when it is said."""

    fr: str
    en: str

    def say(self, language: Language, **values: object) -> str:
        """The text in one language."""
        return (self.fr if language == "fr" else self.en).format_map(values)


def preferred_language(accept_language: str | None) -> Language:
    """`en` where the client ranks English above French, else `fr`."""
    ranks = {"fr": -1.0, "en": -1.0}
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.split("-")[0].lower()
        if primary in ranks:
            ranks[primary] = max(ranks[primary], _quality(parameters))
    return "en" if ranks["en"] > max(ranks["fr"], 0.0) else "fr"


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
