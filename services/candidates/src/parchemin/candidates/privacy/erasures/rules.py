"""Erasure of a person's data (GDPR art. 17): its steps, what holds it up, what goes and what the law has kept. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class ErasureState(StrEnum):
    """Where a request for erasure stands. An approved one waits for whatever holds it up, and is then done for good."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    DONE = "done"


NEXT_STATES: Mapping[ErasureState, frozenset[ErasureState]] = {
    ErasureState.REQUESTED: frozenset({ErasureState.APPROVED, ErasureState.REFUSED}),
    ErasureState.APPROVED: frozenset({ErasureState.DONE, ErasureState.REFUSED}),
    ErasureState.REFUSED: frozenset(),
    ErasureState.DONE: frozenset(),
}
"""Requested by or for the person, decided by the administrator; done by the service, once nothing holds it up."""
FIRST_STATES = frozenset({ErasureState.REQUESTED})


class ErasureOrigin(StrEnum):
    """Who asked."""

    PERSON = "person"
    STAFF = "staff"
    """For a person who wrote to the school."""
    RETENTION = "retention"
    """A rule of retention."""


class RefusalGround(StrEnum):
    """Why a request is refused; no other words are kept."""

    IDENTITY_NOT_PROVEN = "identity_not_proven"
    LEGAL_CLAIMS = "legal_claims"
    """Art. 17(3)(e): the data is needed to establish or defend a claim."""
    WITHDRAWN = "withdrawn"
    """The person changed their mind."""


class HoldKind(StrEnum):
    """What keeps an erasure waiting."""

    SESSION_OPEN = "session_open"
    APPEAL_PERIOD = "appeal_period"


class Kept(StrEnum):
    """What stays, because the law has it kept or because it tells of nobody."""

    REGISTER_IDENTITY = "register_identity"
    JURY_MINUTES = "jury_minutes"
    PSEUDONYMOUS_FACTS = "pseudonymous_facts"
    CONSENT_HISTORY = "consent_history"
    ACCESS_LOG = "access_log"
    ERASURE_RECORD = "erasure_record"


class Gone(StrEnum):
    """What goes for good."""

    IDENTITY_AND_CONTACT = "identity_and_contact"
    LOGIN = "login"
    DISABILITY_DATA = "disability_data"
    PERSONAL_FILES = "personal_files"
    WORK_HANDED_IN = "work_handed_in"
    DOCUMENT_FILES = "document_files"


@dataclass(frozen=True, slots=True)
class Sitting:
    """One enrolment at one session, as far as the evaluations service told of it."""

    last_on: date | None
    """The day of the last appointment; None where nothing was said."""
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class Hold:
    """What an erasure waits for, and until when, where that can be said."""

    kind: HoldKind
    until: date | None


@dataclass(frozen=True, slots=True)
class Patience:
    """The certifier's times, in days."""

    appeal_days: int
    """From the decision on, for an appeal to be filed and ruled on."""
    abandoned_days: int
    """From the appointment on: a session without a decision by then was given up."""


def holds(sittings: Iterable[Sitting], today: date, patience: Patience) -> list[Hold]:
    """What an erasure has to wait for, each reason once and with its latest day: a jury cannot decide about, nor an
    appeal be ruled on for somebody whom nobody can name any more."""
    open_until: list[date | None] = []
    appeals_until: list[date] = []
    for sitting in sittings:
        if sitting.decided_on is not None:
            last = sitting.decided_on + timedelta(days=patience.appeal_days)
            if last >= today:
                appeals_until.append(last)
        elif sitting.last_on is None or sitting.last_on + timedelta(days=patience.abandoned_days) >= today:
            open_until.append(None)
    found = [Hold(HoldKind.SESSION_OPEN, None)] if open_until else []
    return found + ([Hold(HoldKind.APPEAL_PERIOD, max(appeals_until))] if appeals_until else [])


def kept(*, certified: bool, assessed: bool, consented: bool) -> list[Kept]:
    """What stays after the erasure of such a person."""
    conditions = {
        Kept.REGISTER_IDENTITY: certified,
        Kept.JURY_MINUTES: assessed,
        Kept.PSEUDONYMOUS_FACTS: True,
        Kept.CONSENT_HISTORY: consented,
        Kept.ACCESS_LOG: True,
        Kept.ERASURE_RECORD: True,
    }
    return [what for what, stays in conditions.items() if stays]


def may_follow(state: ErasureState, wanted: ErasureState) -> bool:
    """Whether this step is drawn."""
    return wanted in NEXT_STATES[state]
