"""Whether a birth place in France is one of the official list, at the date of birth. Pure: the list is given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rapidfuzz import fuzz

from parchemin.candidates.geography.communes import (
    CITIES_WITH_ARRONDISSEMENTS,
    Commune,
    Gazetteer,
    Kind,
    department_of,
)
from parchemin.candidates.geography.names import agree, key

LIST_BEGINS = date(1943, 1, 1)
_MISSPELT = 80.0
"""Likeness of two folded names, of 100, from which one is the other misspelt."""
_SUGGESTED = 5


class Trouble(StrEnum):
    """Why a place is not taken."""

    CODE_UNKNOWN = "birth_commune_unknown"
    CODE_NOT_OF_DATE = "birth_commune_not_of_date"
    NAME_DISAGREES = "birth_commune_disagrees"
    NAME_UNKNOWN = "birth_city_unknown"
    NAME_AMBIGUOUS = "birth_city_ambiguous"
    POSTAL_CODE_ELSEWHERE = "birth_postal_code_elsewhere"


MEMBERS = {
    Trouble.CODE_UNKNOWN: "insee_code",
    Trouble.CODE_NOT_OF_DATE: "insee_code",
    Trouble.NAME_DISAGREES: "city",
    Trouble.NAME_UNKNOWN: "city",
    Trouble.NAME_AMBIGUOUS: "insee_code",
    Trouble.POSTAL_CODE_ELSEWHERE: "postal_code",
}
"""The member of a birth place that is to be mended."""


@dataclass(frozen=True, slots=True)
class SaidPlace:
    """A birth place in France as it was written, and the days on which the birth can have been."""

    city: str
    insee_code: str | None
    postal_code: str | None
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Located:
    """The commune that was meant, or why it cannot be told."""

    commune: Commune | None = None
    trouble: Trouble | None = None
    suggestions: tuple[Commune, ...] = ()


def locate(gazetteer: Gazetteer, said: SaidPlace) -> Located:
    """The commune of a birth place: by its code, by postal code and name, or by its name where only one bore it.

    Of days before 1943, when the list begins, what is true of 1943 is taken to be true. A partly unknown date takes
    whatever was true on one of the days that it can be.
    """
    first, last = max(said.first, LIST_BEGINS), max(said.last, LIST_BEGINS)
    if said.insee_code is not None:
        return _by_code(gazetteer, said, said.insee_code, first, last)
    if said.postal_code is not None:
        return _by_postal_code(gazetteer, said.city, said.postal_code, first, last)
    named = gazetteer.named(said.city, first, last)
    if not named:
        return _refused(Trouble.NAME_UNKNOWN, gazetteer.alike(said.city, first, last))
    return _one_of(named)


def _by_code(gazetteer: Gazetteer, said: SaidPlace, code: str, first: date, last: date) -> Located:
    ever = gazetteer.with_code(code)
    if not ever:
        return _refused(Trouble.CODE_UNKNOWN, gazetteer.named(said.city, first, last))
    then = [commune for commune in ever if commune.overlaps(first, last)]
    if not then:
        return _refused(Trouble.CODE_NOT_OF_DATE, _bearers_then(gazetteer, ever, first, last))
    names = {commune.name for commune in ever} | set(_city_of(gazetteer, code))
    if not agree(said.city, names) and not any(_misspelt(said.city, name) for name in names):
        return _refused(Trouble.NAME_DISAGREES, [*then, *gazetteer.named(said.city, first, last)])
    if said.postal_code is not None and not any(_in_the_same_parts(commune, said.postal_code) for commune in then):
        return _refused(Trouble.POSTAL_CODE_ELSEWHERE, then)
    return Located(
        min(then, key=lambda commune: (not agree(said.city, [commune.name]), list(Kind).index(commune.kind)))
    )


def _by_postal_code(gazetteer: Gazetteer, city: str, postal_code: str, first: date, last: date) -> Located:
    named = gazetteer.named(city, first, last)
    parts = [part for commune in named for part in gazetteer.arrondissements(commune.code)]
    exactly = [commune for commune in [*parts, *named] if postal_code in commune.postal_codes]
    if exactly:
        return _one_of([part for part in exactly if part in parts] or exactly)
    # postal codes of former days are in no list: what lies in the same department cannot be called wrong
    nearby = [commune for commune in named if _in_the_same_parts(commune, postal_code)]
    if nearby:
        return _one_of(nearby)
    if named:
        return _refused(Trouble.POSTAL_CODE_ELSEWHERE, named)
    within = "2" if postal_code.startswith("20") else department_of(postal_code)
    alike = gazetteer.alike(city, first, last, within=within) or gazetteer.alike(city, first, last)
    return _refused(Trouble.NAME_UNKNOWN, alike)


def _one_of(named: Sequence[Commune]) -> Located:
    """The one that all of these are; a commune before the part of it that bears the same name."""
    whole = [commune for commune in named if commune.kind is Kind.COMMUNE] or list(named)
    if len({commune.code for commune in whole}) == 1:
        return Located(whole[0])
    return _refused(Trouble.NAME_AMBIGUOUS, whole)


def _bearers_then(gazetteer: Gazetteer, ever: Iterable[Commune], first: date, last: date) -> list[Commune]:
    """What bore one of these names then, the ones that share a postal code before their namesakes."""
    known = list(ever)
    postal = {code for commune in known for code in commune.postal_codes}
    then = [named for commune in known for named in gazetteer.named(commune.name, first, last)]
    return [commune for commune in then if postal & set(commune.postal_codes)] or then


def _in_the_same_parts(commune: Commune, postal_code: str) -> bool:
    theirs = {commune.department, *(department_of(code) for code in commune.postal_codes)}
    return department_of(postal_code) in {"20" if part in {"2A", "2B"} else part for part in theirs}


def _city_of(gazetteer: Gazetteer, code: str) -> list[str]:
    """`Paris` for `75112`."""
    if not any(commune.kind is Kind.ARRONDISSEMENT for commune in gazetteer.with_code(code)):
        return []
    cities = (city for city, start in CITIES_WITH_ARRONDISSEMENTS.items() if code.startswith(start))
    return [commune.name for city in cities for commune in gazetteer.with_code(city)]


def _misspelt(said: str, name: str) -> bool:
    theirs, ours = key(name), key(said)
    same_numbers = [c for c in theirs if c.isdigit()] == [c for c in ours if c.isdigit()]
    return same_numbers and fuzz.ratio(theirs, ours) >= _MISSPELT


def _refused(trouble: Trouble, suggestions: Iterable[Commune]) -> Located:
    distinct = {(commune.code, commune.name): commune for commune in suggestions}
    return Located(trouble=trouble, suggestions=tuple(distinct.values())[:_SUGGESTED])
