"""The life of an enrolment (*parcours*): its states, its dates, who pays for it. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from parchemin.contracts.vocabulary import EnrolmentState

NEXT_STATES: Mapping[EnrolmentState, frozenset[EnrolmentState]] = {
    EnrolmentState.APPLIED: frozenset({EnrolmentState.ADMITTED, EnrolmentState.WITHDRAWN}),
    EnrolmentState.ADMITTED: frozenset({EnrolmentState.ACTIVE, EnrolmentState.WITHDRAWN}),
    EnrolmentState.ACTIVE: frozenset({EnrolmentState.WITHDRAWN}),
    EnrolmentState.COMPLETED: frozenset(),
    EnrolmentState.WITHDRAWN: frozenset({EnrolmentState.ADMITTED}),
    EnrolmentState.EXPIRED: frozenset({EnrolmentState.ADMITTED}),
}
"""`applied → admitted → active`, `withdrawn` from each. Blocks are capitalised: who comes back takes up the enrolment
that they left, with all that was acquired in it."""
FIRST_STATES = frozenset({EnrolmentState.APPLIED, EnrolmentState.ADMITTED, EnrolmentState.ACTIVE})
_COMPLETED = frozenset({EnrolmentState.COMPLETED})
ENTAILED_STATES: Mapping[EnrolmentState, frozenset[EnrolmentState]] = {
    EnrolmentState.APPLIED: frozenset({EnrolmentState.EXPIRED}),
    EnrolmentState.ADMITTED: frozenset({EnrolmentState.EXPIRED}) | _COMPLETED,
    EnrolmentState.ACTIVE: frozenset({EnrolmentState.EXPIRED}) | _COMPLETED,
    EnrolmentState.COMPLETED: frozenset({EnrolmentState.ACTIVE}),
    EnrolmentState.WITHDRAWN: _COMPLETED,
    EnrolmentState.EXPIRED: _COMPLETED,
}
"""`completed` follows from what juries and the certifier decide, also on a session that was sat before the candidate
left, and ends when a ruling takes it back or a further block is aimed at; `expired` follows from the end date."""
RUNNING = frozenset({EnrolmentState.APPLIED, EnrolmentState.ADMITTED, EnrolmentState.ACTIVE})
"""What the end date ends."""
OPEN = frozenset({EnrolmentState.ADMITTED, EnrolmentState.ACTIVE})
"""Whoever may be registered for a session, and have a block recognised."""


class WithdrawalReason(StrEnum):
    """Why somebody left. A closed list, so that nobody writes down why in words: it might tell of their health."""

    PERSONAL = "personal"
    EMPLOYMENT = "employment"
    FUNDING_REFUSED = "funding_refused"
    NOT_ADMITTED = "not_admitted"
    EXCLUDED = "excluded"
    ENTERED_BY_MISTAKE = "entered_by_mistake"
    OTHER = "other"


class FunderKind(StrEnum):
    """Who pays (*financeur*)."""

    CPF = "cpf"
    OPCO = "opco"
    EMPLOYER = "employer"
    REGION = "region"
    FRANCE_TRAVAIL = "france_travail"
    STATE = "state"
    SELF = "self"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Dates:
    """When somebody enrolled, when their training began, and when the enrolment ends. A certification may be
    delivered after its registration has lapsed to who began training while it was registered (L. 6113-9)."""

    entry_on: date | None = None
    training_started_on: date | None = None
    ends_on: date | None = None


def may_become(state: EnrolmentState, wanted: EnrolmentState) -> bool:
    """Whether an enrolment in `state` may be led to `wanted` next."""
    return wanted in NEXT_STATES[state]


def misplaced_dates(dates: Dates) -> Iterator[str]:
    """Members that contradict another: nothing begins after the enrolment's end."""
    for member in ("entry_on", "training_started_on"):
        began: date | None = getattr(dates, member)
        if began is not None and dates.ends_on is not None and began > dates.ends_on:
            yield member


def has_ended(ends_on: date | None, today: date) -> bool:
    """Whether the last day has passed."""
    return ends_on is not None and ends_on < today


def following_state(state: EnrolmentState, *, is_complete: bool) -> EnrolmentState | None:
    """The state that is entailed by what the juries and the certifier decided; None where it stays as it is."""
    if is_complete and EnrolmentState.COMPLETED in ENTAILED_STATES[state]:
        return EnrolmentState.COMPLETED
    if not is_complete and state is EnrolmentState.COMPLETED:
        return EnrolmentState.ACTIVE
    return None


_NIR = re.compile(r"[123478][0-9]{2}(?:0[1-9]|1[0-2]|[2-9][0-9])(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?")


def looks_like_a_nir(text: str) -> bool:
    """Whether somebody wrote a social security number there, of 13 digits or of 15 with its key: it is never collected.
    Its key is not looked at: one with a slip in it is somebody's all the same."""
    return _NIR.fullmatch(re.sub(r"[ ./-]", "", text).upper()) is not None
