"""What an identity must be, so that a diploma and the national register can carry it. Pure."""

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import date

OLDEST_BIRTH_YEAR = 1900


def person_key(birth_name: str, first_names: Sequence[str], birth_date: date, birth_city: str) -> str:
    """What two entries of one person have in common, however they were typed: a digest of 64 hexadecimal digits."""
    parts = (birth_name, "".join(first_names), birth_date.isoformat(), birth_city)
    return hashlib.sha256("|".join(folded(part) for part in parts).encode()).hexdigest()


def folded(text: str) -> str:
    """The text without case, accents, signs or blanks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalnum())


def birth_date_is_plausible(birth_date: date, today: date) -> bool:
    """Born in the past, and after 1900."""
    return birth_date < today and birth_date.year >= OLDEST_BIRTH_YEAR


def birth_codes_fit_country(country: str, insee_code: str | None, postal_code: str | None) -> bool:
    """A commune or postal code is a French one: who was born abroad has neither."""
    return country == "FR" or (insee_code is None and postal_code is None)
