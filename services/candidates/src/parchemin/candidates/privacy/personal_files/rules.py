"""The copy of all that is known of a person (GDPR art. 15 and 20): gathered from every service, then kept for a time.
Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

SERVICES = frozenset({"evaluations", "budget", "documents"})
"""Those that are asked by event; the candidates service gathers its own part."""


class PersonalFileState(StrEnum):
    """Where a copy stands. What a service did not give in time is named in it, not forgotten."""

    REQUESTED = "requested"
    GATHERING = "gathering"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


NEXT_STATES: Mapping[PersonalFileState, frozenset[PersonalFileState]] = {
    PersonalFileState.REQUESTED: frozenset({PersonalFileState.GATHERING, PersonalFileState.EXPIRED}),
    PersonalFileState.GATHERING: frozenset(
        {PersonalFileState.READY, PersonalFileState.FAILED, PersonalFileState.EXPIRED}
    ),
    PersonalFileState.READY: frozenset({PersonalFileState.EXPIRED}),
    PersonalFileState.FAILED: frozenset({PersonalFileState.EXPIRED}),
    PersonalFileState.EXPIRED: frozenset(),
}
"""An erasure of the person has every copy expire."""
FIRST_STATES = frozenset({PersonalFileState.REQUESTED})


def missing(received: Collection[str]) -> list[str]:
    """Services that gave no part so far."""
    return sorted(SERVICES - set(received))


def may_assemble(received: Collection[str], due_at: datetime, now: datetime) -> bool:
    """Whether all parts are there, or nobody waits for the rest any more."""
    return not missing(received) or now >= due_at
