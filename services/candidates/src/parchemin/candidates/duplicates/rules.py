"""When two records may be of one person, and where to look for such records without reading them all. Pure."""

from collections.abc import Sequence
from enum import IntEnum, StrEnum

from rapidfuzz.distance import OSA

from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.rules import folded
from parchemin.contracts.partial_dates import PartialDate

PREFIX = 3
"""Letters of a name by which records of one year are looked for."""


class Likeness(StrEnum):
    """In what two records that may be of one person differ."""

    BIRTH_PLACE = "birth_place"
    SWAPPED = "names_swapped"
    USED_NAME = "used_name"
    FIRST_NAMES = "first_names"
    SPELLING = "spelling"
    PARTIAL_DATE = "partial_date"
    MISTYPED_DATE = "mistyped_date"
    NOTHING = "nothing"


class _Near(IntEnum):
    FAR = 0
    NEAR = 1
    SAME = 2


def resemblance(one: Person, other: Person) -> frozenset[Likeness]:
    """In what they differ, where they may be one person; empty where they are two.

    Names may be spelled or ordered otherwise on the same day of birth; where the date agrees only as far as it is
    known, one of the names must be the same; where it was mistyped, all of them.
    """
    by_date = _dates(one.birth_date, other.birth_date)
    if by_date is None:
        return frozenset()
    surname, by_surname = _surnames(one, other)
    first, by_first = _first_names(one.first_names, other.first_names)
    grades = {surname, first}
    if by_first and Likeness.SPELLING in by_first and one.sex != other.sex:
        return frozenset()  # twins
    if _swapped(one, other):
        grades, by_surname, by_first = {_Near.SAME}, frozenset({Likeness.SWAPPED}), frozenset()
    least = {
        Likeness.MISTYPED_DATE: grades == {_Near.SAME} and Likeness.USED_NAME not in by_surname,
        Likeness.PARTIAL_DATE: _Near.FAR not in grades and _Near.SAME in grades,
        Likeness.NOTHING: _Near.FAR not in grades,
    }
    if not least[by_date]:
        return frozenset()
    place = folded(one.birth_place.city) != folded(other.birth_place.city)
    found = {by_date, *by_surname, *by_first, *({Likeness.BIRTH_PLACE} if place else ())}
    return frozenset(found - {Likeness.NOTHING}) or frozenset({Likeness.NOTHING})


def blocking_keys(person: Person) -> frozenset[str]:
    """What a record shares with every one that resembles it (at least one of these), and with few others."""
    surnames = [folded(name) for name in (person.birth_name, person.used_name) if name]
    first = folded(person.first_names[0])
    keys = {f"year|{person.birth_date.year}|{name[:PREFIX]}" for name in (*surnames, first)}
    keys.add("names|" + "|".join(sorted((surnames[0], first))))
    if person.birth_date.whole is not None:
        keys.add(f"day|{person.birth_date}")
    return frozenset(keys)


def _dates(one: PartialDate, other: PartialDate) -> Likeness | None:
    if one.whole is not None and one == other:
        return Likeness.NOTHING
    if one.whole is None or other.whole is None:
        return Likeness.PARTIAL_DATE if one.compatible(other) else None
    swapped = one.year == other.year and (one.month, one.day) == (other.day, other.month)
    return Likeness.MISTYPED_DATE if swapped or OSA.distance(str(one), str(other)) == 1 else None


def _surnames(one: Person, other: Person) -> tuple[_Near, frozenset[Likeness]]:
    birth = _near(one.birth_name, other.birth_name)
    if birth is _Near.SAME:
        return birth, frozenset()
    ours = [name for name in (one.birth_name, one.used_name) if name]
    theirs = [name for name in (other.birth_name, other.used_name) if name]
    if any(_near(our, their) is _Near.SAME for our in ours for their in theirs):
        return _Near.SAME, frozenset({Likeness.USED_NAME})
    return birth, frozenset({Likeness.SPELLING} if birth is _Near.NEAR else ())


def _first_names(ours: Sequence[str], theirs: Sequence[str]) -> tuple[_Near, frozenset[Likeness]]:
    one, other = [folded(name) for name in ours], [folded(name) for name in theirs]
    if "".join(one) == "".join(other) and one[0] == other[0]:
        return _Near.SAME, frozenset()
    if one[0] == other[0]:
        return _Near.SAME, frozenset({Likeness.FIRST_NAMES})
    if "".join(one) == "".join(other) or set(one) <= set(other) or set(other) <= set(one):
        return _Near.NEAR, frozenset({Likeness.FIRST_NAMES})
    near = _near(ours[0], theirs[0])
    return near, frozenset({Likeness.SPELLING} if near is _Near.NEAR else ())


def _swapped(one: Person, other: Person) -> bool:
    ours = folded(one.birth_name), folded(one.first_names[0])
    return ours != ours[::-1] and ours == (folded(other.first_names[0]), folded(other.birth_name))


def _near(one: str, other: str) -> _Near:
    """The same but for accents and signs; or mistyped: one letter in four to seven, two in a longer name."""
    ours, theirs = folded(one), folded(other)
    if ours == theirs:
        return _Near.SAME
    if [c for c in ours if c.isdigit()] != [c for c in theirs if c.isdigit()]:
        return _Near.FAR
    allowed = min(len(ours), len(theirs)) // 4
    return _Near.NEAR if OSA.distance(ours, theirs) <= min(allowed, 2) else _Near.FAR
