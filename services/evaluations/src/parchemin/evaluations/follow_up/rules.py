"""When holders are asked what became of them, and what their answers come to. Pure.

A certification is renewed on the placement of two cohorts at least (code du travail, R.6113-9). Who answered what is
kept nowhere: an answer stands apart from the holder whom it was asked of.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from parchemin.evaluations.statistics.rules import Rate


class Situation(StrEnum):
    """What a holder does."""

    EMPLOYED_IN_FIELD = "employed_in_field"
    EMPLOYED_ELSEWHERE = "employed_elsewhere"
    SELF_EMPLOYED = "self_employed"
    """On their own account, or as *intermittent du spectacle*."""
    STUDYING = "studying"
    SEEKING = "seeking"
    OTHER = "other"


AT_WORK = frozenset({Situation.EMPLOYED_IN_FIELD, Situation.EMPLOYED_ELSEWHERE, Situation.SELF_EMPLOYED})


class State(StrEnum):
    """Where a survey stands."""

    DUE = "due"
    SENT = "sent"
    ANSWERED = "answered"
    EXPIRED = "expired"
    """The link was not used in its time; a new one may be made."""


def due_on(awarded_on: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    return _moved(awarded_on, months)


def awarded_until(today: date, months: int) -> date:
    """The last day on which an award was made whose survey is due today."""
    last = _moved(today, -months)
    while due_on(last + timedelta(days=1), months) <= today:
        last += timedelta(days=1)
    return last


def state_at(stored: State, expires_at: datetime | None, now: datetime) -> State:
    """The state that the survey is in now."""
    expired = stored is State.SENT and expires_at is not None and expires_at <= now
    return State.EXPIRED if expired else stored


def _moved(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Cohort:
    """The holders of a year, so many months after their award."""

    year: int
    months: int
    asked: int
    """Surveys that became due."""
    situations: Mapping[Situation, int]

    @property
    def answered(self) -> int:
        """How many answered."""
        return sum(self.situations.values())

    def is_small(self, below: int) -> bool:
        """Whether so few answered that what they answered may tell of one of them."""
        return 0 < self.answered < below

    @property
    def at_work(self) -> Rate | None:
        """The share of those who answered that works."""
        return self._share(AT_WORK)

    @property
    def in_field(self) -> Rate | None:
        """The share that is employed in the field of the certification."""
        return self._share(frozenset({Situation.EMPLOYED_IN_FIELD}))

    def _share(self, of: frozenset[Situation]) -> Rate | None:
        return Rate(sum(self.situations.get(one, 0) for one in of), self.answered) if self.answered else None
