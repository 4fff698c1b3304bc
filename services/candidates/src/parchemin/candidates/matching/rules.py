"""What the national register would stumble over. It looks a holder up by birth name, first name, sex and year of
birth, then by month and day, then by the commune (Caisse des Dépôts: matching against the SNGI). Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from parchemin.candidates.geography.birth_places import MEMBERS, Located
from parchemin.candidates.geography.communes import CITIES_WITH_ARRONDISSEMENTS
from parchemin.candidates.geography.names import key
from parchemin.candidates.identity.latin import FRENCH_LETTERS, FRENCH_SIGNS, transliterated
from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.rules import folded

LONGEST_NAME = 60
"""Characters of a name in the register's file."""


class Level(StrEnum):
    """How likely it is that the holder is not found."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Stumble(StrEnum):
    """What the register would stumble over."""

    TITLE = "name_has_title"
    OTHER_NAME = "name_has_another_name"
    DIGIT = "name_has_digit"
    NOT_OF_XML = "character_not_of_xml"
    NOT_OF_REGISTER = "character_not_of_civil_register"
    CAPITALS = "name_in_capitals"
    INITIAL = "first_name_initial"
    TOGETHER = "first_names_together"
    TOO_LONG = "name_too_long"
    SAME_NAMES = "used_name_is_birth_name"
    MONTH_UNKNOWN = "birth_month_unknown"
    DAY_UNKNOWN = "birth_day_unknown"
    COMMUNE = "birth_commune_doubtful"
    CITY_SPELLING = "birth_city_spelling"
    ARRONDISSEMENT = "birth_arrondissement_missing"
    CITY_UNKNOWN = "birth_city_not_said"
    COUNTRY = "birth_country_without_code"


SEVERITIES: Mapping[Stumble, Level] = {
    Stumble.TITLE: Level.HIGH,
    Stumble.OTHER_NAME: Level.HIGH,
    Stumble.DIGIT: Level.HIGH,
    Stumble.NOT_OF_XML: Level.HIGH,
    Stumble.NOT_OF_REGISTER: Level.MEDIUM,
    Stumble.CAPITALS: Level.LOW,
    Stumble.INITIAL: Level.HIGH,
    Stumble.TOGETHER: Level.MEDIUM,
    Stumble.TOO_LONG: Level.HIGH,
    Stumble.SAME_NAMES: Level.LOW,
    Stumble.MONTH_UNKNOWN: Level.MEDIUM,
    Stumble.DAY_UNKNOWN: Level.LOW,
    Stumble.COMMUNE: Level.MEDIUM,
    Stumble.CITY_SPELLING: Level.LOW,
    Stumble.ARRONDISSEMENT: Level.MEDIUM,
    Stumble.CITY_UNKNOWN: Level.MEDIUM,
    Stumble.COUNTRY: Level.MEDIUM,
}

_TITLE = re.compile(
    r"^(?:m\.|mr\.?|mme\.?|mlle\.?|dr\.?|pr\.?|me\.?|monsieur|madame|mademoiselle|docteur|professeur)\s+(?=\S)",
    re.IGNORECASE,
)
_MARRIED = re.compile(r"^(?P<birth>.+?)\s+(?:épouse|epouse|épse|epse|ép\.?|ep\.|veuve|vve\.?)\s+\S", re.IGNORECASE)
_BORN = re.compile(r"^.+?[\s,(]+(?:née?|nee)\s+(?P<birth>[^)]+)\)?$", re.IGNORECASE)
_INITIALS = re.compile(r"^\w(?:\.|\.?[\s-]+\w)*\.?$")
_NOT_SAID = frozenset(
    {"inconnu", "inconnue", "unknown", "nc", "neant", "x", "xx", "xxx", "nonrenseigne", "nonconnu", "na"}
)


@dataclass(frozen=True, slots=True)
class Risk:
    """One thing, where it is to be mended, and what it would be then, where that can be told."""

    stumble: Stumble
    pointer: str
    """JSON pointer into the candidate's record."""
    suggestion: str | tuple[str, ...] | None = None

    @property
    def severity(self) -> Level:
        """How much it weighs."""
        return SEVERITIES[self.stumble]


@dataclass(frozen=True, slots=True)
class Birth:
    """What the lists say of the birth place."""

    french: bool
    located: Located | None = None
    """In France: the commune, or why it cannot be told."""
    country_insee_code: str | None = None


def risks_of(person: Person, birth: Birth) -> tuple[Risk, ...]:
    """All of it, in the order of the record."""
    found = [*_of_name("/birth_name", person.birth_name)]
    if person.used_name is not None:
        found += _of_name("/used_name", person.used_name)
        if folded(person.used_name) == folded(person.birth_name):
            found.append(Risk(Stumble.SAME_NAMES, "/used_name"))
    for number, name in enumerate(person.first_names):
        found += _of_name(f"/first_names/{number}", name)
        if _INITIALS.match(name):
            found.append(Risk(Stumble.INITIAL, f"/first_names/{number}"))
    parts = tuple(part for name in person.first_names for part in re.split(r"[\s,;]+", name) if part)
    if len(parts) > len(person.first_names) and not any(_TITLE.match(name) for name in person.first_names):
        found.append(Risk(Stumble.TOGETHER, "/first_names", parts))
    return (*found, *_of_birth(person, birth))


def level_of(risks: Sequence[Risk]) -> Level:
    """The gravest of them."""
    levels = list(Level)
    return max((risk.severity for risk in risks), key=levels.index, default=Level.NONE)


def _of_name(pointer: str, name: str) -> Iterator[Risk]:
    if title := _TITLE.match(name):
        yield Risk(Stumble.TITLE, pointer, name[title.end() :])
    if other := _MARRIED.match(name) or _BORN.match(name):
        yield Risk(Stumble.OTHER_NAME, pointer, other.group("birth").strip())
    if not all(_of_xml(character) for character in name):
        yield Risk(Stumble.NOT_OF_XML, pointer, "".join(filter(_of_xml, name)).strip() or None)
    if any(character.isdigit() for character in name):
        yield Risk(Stumble.DIGIT, pointer)
    elif any(character not in FRENCH_LETTERS | FRENCH_SIGNS for character in unicodedata.normalize("NFC", name)):
        yield Risk(Stumble.NOT_OF_REGISTER, pointer, transliterated(name) or None)
    if len(name) > LONGEST_NAME:
        yield Risk(Stumble.TOO_LONG, pointer)
    letters = [character for character in name if character.isalpha()]
    if len(letters) > 2 and all(letter.isascii() and letter.isupper() for letter in letters):
        yield Risk(Stumble.CAPITALS, pointer)


def _of_birth(person: Person, birth: Birth) -> Iterator[Risk]:
    if person.birth_date.month is None:
        yield Risk(Stumble.MONTH_UNKNOWN, "/birth_date")
    elif person.birth_date.day is None:
        yield Risk(Stumble.DAY_UNKNOWN, "/birth_date")
    city = person.birth_place.city
    if folded(city) in _NOT_SAID or not folded(city):
        yield Risk(Stumble.CITY_UNKNOWN, "/birth_place/city")
    elif birth.french:
        yield from _of_commune(city, birth.located)
    if not birth.french and birth.country_insee_code is None:
        yield Risk(Stumble.COUNTRY, "/birth_place/country")


def _of_commune(city: str, located: Located | None) -> Iterator[Risk]:
    if located is None:
        return
    if located.trouble is not None:
        member, meant = MEMBERS[located.trouble], {commune.code for commune in located.suggestions}
        only = meant.pop() if member == "insee_code" and len(meant) == 1 else None
        yield Risk(Stumble.COMMUNE, f"/birth_place/{member}", only)
    elif located.commune is not None:
        if located.commune.code in CITIES_WITH_ARRONDISSEMENTS:
            yield Risk(Stumble.ARRONDISSEMENT, "/birth_place/insee_code")
        elif key(city) != key(located.commune.name):
            yield Risk(Stumble.CITY_SPELLING, "/birth_place/city", located.commune.name)


def _of_xml(character: str) -> bool:
    """XML 1.0, production 2."""
    point = ord(character)
    return character in "\t\n\r" or 0x20 <= point <= 0xD7FF or 0xE000 <= point <= 0xFFFD or 0x10000 <= point <= 0x10FFFF
