"""Names of communes and countries, as people write them and as lists have them. Pure."""

import re
import unicodedata
from collections.abc import Collection

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_UPON = re.compile(r"\bs(?:/|ur/)\s*")
_UNDER = re.compile(r"\bs/s\b\.?\s*")
_ARRONDISSEMENT = re.compile(
    r"(paris|lyon|marseille)(?:cedex)?0*([0-9]{1,2})(?:e|er|eme|ere|nd|nde|d)?(?:arrondissement|arrdt|arr)?"
)
_CEDEX = re.compile(r"\bcedex\b.*", re.IGNORECASE)


def words(text: str) -> tuple[str, ...]:
    """The words of a name without case, accents or signs; `St` is `saint`, `s/` is `sur`."""
    plain = text.casefold().translate(_LETTERS)
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    if "/" in plain:
        plain = _UPON.sub("sur ", _UNDER.sub("sous ", plain))
    return tuple(_SHORT.get(word, word) for word in _NO_LETTER.split(plain) if word)


def key(text: str) -> str:
    """What the spellings of one commune's name have in common: `Paris 12e Arrondissement`, `PARIS 12` → `paris12`."""
    joined = "".join(words(_CEDEX.sub("", text)))
    if joined.startswith(("paris", "lyon", "marseille")) and (found := _ARRONDISSEMENT.fullmatch(joined)):
        return f"{found.group(1)}{found.group(2)}"
    return joined


def agree(said: str, official: Collection[str]) -> bool:
    """Whether a name that was written can mean one of these: equal, or one within the other word by word.

    `Saint-Denis de La Réunion` is `Saint-Denis`, and `Évry` was meant for `Évry-Courcouronnes`; `Paris` is any of
    its arrondissements, but `Paris 13e` is not `Paris 12e`.
    """
    said_key, said_words = key(said), set(words(said))
    for name in official:
        if key(name) == said_key:
            return True
        theirs = set(words(name))
        numbers = {word for word in said_words if word[0].isdigit()}
        if said_words and not numbers and (said_words <= theirs or theirs <= said_words):
            return True
    return False
