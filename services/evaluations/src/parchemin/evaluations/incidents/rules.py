"""What follows from an incident, and the procedure of a suspicion of fraud. Pure.

The procedure is contradictory: nobody is sanctioned who was not heard, or called and given the time to come. The staff
leads it; the jury, which is sovereign, decides by its president.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from parchemin.contracts.vocabulary import IncidentKind, IncidentOutcome


class IncidentState(StrEnum):
    """Where an incident stands: the first two for a power cut or a noise, the others for a suspicion of fraud."""

    RECORDED = "recorded"
    SETTLED = "settled"
    REPORTED = "reported"
    SUSPENDED = "suspended"
    HEARD = "heard"
    DECIDED = "decided"
    DISMISSED = "dismissed"


BEGINS_AS: Mapping[IncidentKind, IncidentState] = {
    IncidentKind.INCIDENT: IncidentState.RECORDED,
    IncidentKind.FRAUD_SUSPICION: IncidentState.REPORTED,
}
"""What each kind is at first."""
FIRST_STATES = frozenset(BEGINS_AS.values())

NEXT_STATES: Mapping[IncidentState, frozenset[IncidentState]] = {
    IncidentState.RECORDED: frozenset({IncidentState.SETTLED}),
    IncidentState.SETTLED: frozenset(),
    IncidentState.REPORTED: frozenset({IncidentState.SUSPENDED, IncidentState.HEARD, IncidentState.DISMISSED}),
    IncidentState.SUSPENDED: frozenset({IncidentState.HEARD, IncidentState.DISMISSED}),
    IncidentState.HEARD: frozenset({IncidentState.DECIDED}),
    IncidentState.DECIDED: frozenset(),
    IncidentState.DISMISSED: frozenset(),
}
"""`reported → suspended → heard → decided`. Suspending is not needed: a candidate may go on until the jury decides.
Until the hearing the staff may dismiss what proves unfounded; after it, only the jury decides."""


class Hearing(StrEnum):
    """How the candidate answered the call to be heard."""

    HEARD = "heard"
    DID_NOT_COME = "did_not_come"


class Leader(StrEnum):
    """Who takes a step."""

    STAFF = "staff"
    PRESIDENT = "president"


@dataclass(frozen=True, slots=True)
class Procedure:
    """An incident, as far as its steps and consequences depend on it."""

    kind: IncidentKind
    state: IncidentState
    blocking: bool = False
    """Of an incident without procedure: the staff holds the deliberation back until it is settled."""
    suspended: bool = False
    """Whether the procedure passed through a suspension."""
    hearing: Hearing | None = None
    outcome: IncidentOutcome | None = None

    @property
    def is_open(self) -> bool:
        """Whether it keeps the jury from deliberating."""
        if self.kind is IncidentKind.INCIDENT:
            return self.blocking and self.state is IncidentState.RECORDED
        return not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether no step is left to take."""
        return not NEXT_STATES[self.state]

    @property
    def stops_grading(self) -> bool:
        """Whether nobody signs a sheet for the candidate: while they are suspended, and once they are excluded."""
        return (self.suspended and not self.is_over) or self.excludes

    @property
    def excludes(self) -> bool:
        """Whether nothing is acquired in the registration."""
        return self.outcome is IncidentOutcome.EXCLUDED


@dataclass(frozen=True, slots=True)
class Step:
    """A step that somebody asks for, with what goes with it."""

    state: IncidentState
    hearing: Hearing | None = None
    outcome: IncidentOutcome | None = None
    reason: str | None = None


GOES_WITH: Mapping[IncidentState, frozenset[str]] = {
    IncidentState.SETTLED: frozenset(),
    IncidentState.SUSPENDED: frozenset(),
    IncidentState.HEARD: frozenset({"hearing"}),
    IncidentState.DECIDED: frozenset({"outcome", "reason"}),
    IncidentState.DISMISSED: frozenset({"reason"}),
}
"""What each step says, no less and no more."""


def first_state(kind: IncidentKind) -> IncidentState:
    """What an incident of this kind begins as."""
    return BEGINS_AS[kind]


def may_become(state: IncidentState, wanted: IncidentState) -> bool:
    """Whether an incident in `state` may go to `wanted` next."""
    return wanted in NEXT_STATES[state]


def leader_of(wanted: IncidentState) -> Leader:
    """Who leads to this state: the president decides, the staff does all else."""
    return Leader.PRESIDENT if wanted is IncidentState.DECIDED else Leader.STAFF


def misplaced_members(step: Step) -> tuple[frozenset[str], frozenset[str]]:
    """The members that a step lacks, and those that do not go with it."""
    given = {name for name in ("hearing", "outcome", "reason") if getattr(step, name) is not None}
    return GOES_WITH[step.state] - given, frozenset(given) - GOES_WITH[step.state]


def take(procedure: Procedure, step: Step) -> Procedure:
    """The procedure after a step. Raises ValueError where the step is not one that it may take."""
    if not may_become(procedure.state, step.state) or any(misplaced_members(step)):
        raise ValueError(f"{procedure.state} does not become {step.state} so")
    return Procedure(
        kind=procedure.kind,
        state=step.state,
        blocking=procedure.blocking,
        suspended=procedure.suspended or step.state is IncidentState.SUSPENDED,
        hearing=step.hearing or procedure.hearing,
        outcome=step.outcome,
    )


class ReportFault(StrEnum):
    """What is wrong with a report; the value is the fault's code."""

    REGISTRATION_MISSING = "registration_missing"
    BEFORE_THE_SESSION = "before_the_session"
    IN_THE_FUTURE = "in_the_future"


def report_faults(
    kind: IncidentKind,
    occurred_at: datetime,
    *,
    names_registration: bool,
    held_on: date,
    zone: tzinfo,
    now: datetime,
    rehearsal: bool = False,
) -> tuple[ReportFault, ...]:
    """Every fault of a report: a suspicion is somebody's, and nothing happens before the session or is to come."""
    faults = []
    if kind is IncidentKind.FRAUD_SUSPICION and not names_registration:
        faults.append(ReportFault.REGISTRATION_MISSING)
    if occurred_at.astimezone(zone).date() < held_on and not rehearsal:
        faults.append(ReportFault.BEFORE_THE_SESSION)
    if occurred_at > now and not rehearsal:
        faults.append(ReportFault.IN_THE_FUTURE)
    return tuple(faults)
