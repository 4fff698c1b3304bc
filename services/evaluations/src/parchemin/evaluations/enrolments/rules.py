"""What the measures of an enrolment come to on a day, and whether an exemption comes too late. Pure."""

from collections.abc import Collection, Iterable, Mapping, Set
from datetime import date
from typing import Any


def holding(measures: Iterable[Mapping[str, Any]], day: date) -> list[Mapping[str, Any]]:
    """The measures that hold on this day, both ends counted: one outside its dates lengthens nothing and is not
    printed. A session asks for the day that it is held on, whatever part of it a deadline or a slot is."""
    return [
        measure
        for measure in measures
        if (_day(measure, "valid_from") or day) <= day <= (_day(measure, "valid_until") or day)
    ]


def _day(measure: Mapping[str, Any], member: str) -> date | None:
    said = measure.get(member)
    return None if said is None else date.fromisoformat(said)


def is_graded(criteria: Collection[str], signed: Iterable[Set[str]], *, acquired: bool) -> bool:
    """Whether a competency with these criteria was graded: a juror signed a sheet that gives one of them a level, or
    it is acquired already. What was graded stays graded: an exemption that arrives after that is without effect."""
    return acquired or any(not levels.isdisjoint(criteria) for levels in signed)
