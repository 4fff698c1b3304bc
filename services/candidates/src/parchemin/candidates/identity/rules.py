"""What an identity must be, so that a diploma and the national register can carry it. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from parchemin.contracts.partial_dates import PartialDate

OLDEST_BIRTH_YEAR = 1900

LONGEST_BEGINNING = 12
"""Letters of a word that a search by name looks at."""


def likeness(birth_name: str, first_names: Sequence[str], birth_date: PartialDate, birth_city: str) -> str:
    """What two entries of one person have in common, however they were typed."""
    parts = (birth_name, "".join(first_names), str(birth_date), birth_city)
    return "|".join(folded(part) for part in parts)


def words(name: str) -> tuple[str, ...]:
    """The words of a name, folded: `Jean-Luc` has two."""
    return tuple(word for part in re.split(r"[^\w]+|_", name) if (word := folded(part)))


def beginnings(names: Iterable[str]) -> frozenset[str]:
    """All that a search by name may ask for: the beginnings of each word, and of each name written in one."""
    found = {word for name in names for word in (*words(name), folded(name))}
    return frozenset(word[:length] for word in found for length in range(1, min(len(word), LONGEST_BEGINNING) + 1))


def folded(text: str) -> str:
    """The text without case, accents, signs or blanks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalnum())


_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


def name_order(birth_name: str, first_names: Iterable[str]) -> str:
    """What persons are sorted by as a French directory does: letters first, accents and case only between equals."""
    written = (birth_name, " ".join(first_names))
    letters = [folded(part.casefold().translate(_LIGATURES)) for part in written]
    return "\x00".join((*letters, *written))


def birth_date_is_plausible(birth_date: PartialDate, today: date) -> bool:
    """Born in the past, and after 1900."""
    return birth_date.earliest < today and birth_date.year >= OLDEST_BIRTH_YEAR
