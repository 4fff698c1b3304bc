"""The life of a session and the composition of its jury. Pure.

Source: domain, life of a certification, item 3; the limits are the certifier's and come by settings.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from parchemin.contracts.vocabulary import SessionState

NEXT_STATES: Mapping[SessionState, frozenset[SessionState]] = {
    SessionState.DRAFT: frozenset({SessionState.OPEN, SessionState.CANCELLED}),
    SessionState.OPEN: frozenset({SessionState.RUNNING, SessionState.CANCELLED}),
    SessionState.RUNNING: frozenset({SessionState.DELIBERATING}),
    SessionState.DELIBERATING: frozenset({SessionState.CLOSED}),
    SessionState.CLOSED: frozenset(),
    SessionState.CANCELLED: frozenset(),
}
"""`draft → open → running → deliberating → closed`; `cancelled` from the first two."""
FIRST_STATES = frozenset({SessionState.DRAFT})


def may_become(state: SessionState, wanted: SessionState) -> bool:
    """Whether a session in `state` may go to `wanted` next."""
    return wanted in NEXT_STATES[state]


@dataclass(frozen=True, slots=True)
class Seat:
    """A juror on a jury."""

    juror_id: UUID
    president: bool
    external: bool


@dataclass(frozen=True, slots=True)
class JuryLimits:
    """What a jury must be."""

    min_members: int = 2
    min_external_share: Fraction = Fraction(1, 2)
    min_graders: int = 2


@dataclass(frozen=True, slots=True)
class JuryFault:
    """A rule that a jury breaks."""

    code: str
    fr: str
    en: str


def jury_faults(seats: Sequence[Seat], limits: JuryLimits) -> tuple[JuryFault, ...]:
    """Every rule that this jury breaks; none where it may sit."""
    faults = []
    presidents = sum(seat.president for seat in seats)
    members = len(seats) - presidents
    if any(count > 1 for count in Counter(seat.juror_id for seat in seats).values()):
        faults.append(JuryFault("juror_twice", "Un juré figure deux fois.", "A juror is named twice."))
    if presidents != 1:
        faults.append(JuryFault("one_president", "Un jury a un président.", "A jury has one president."))
    if members < limits.min_members:
        faults.append(
            JuryFault(
                "too_few_members",
                f"Le jury compte {members} membre(s) outre le président ; minimum : {limits.min_members}.",
                f"The jury has {members} member(s) beside the president; the minimum is {limits.min_members}.",
            )
        )
    external = sum(seat.external for seat in seats)
    if seats and Fraction(external, len(seats)) < limits.min_external_share:
        faults.append(
            JuryFault(
                "too_few_external",
                f"{external} juré(s) sur {len(seats)} sont extérieurs ; minimum : {limits.min_external_share}.",
                f"{external} juror(s) of {len(seats)} are from outside; the minimum is {limits.min_external_share}.",
            )
        )
    return tuple(faults)
