"""When a candidate may hand in, and what a dossier comes to. Pure.

Source: domain, life of a certification, items 3 and 4: versions until the deadline, then frozen; incomplete or late is
said at once; extra time lengthens the candidate's own deadline by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from parchemin.contracts.vocabulary import MeasureKind, MeasureScope, SessionState


class DepositState(StrEnum):
    """Where one version of a deliverable stands."""

    OPEN = "open"
    """Parts are still to come."""
    CHECKING = "checking"
    QUARANTINED = "quarantined"
    """The antivirus is away: nobody gets the file before it was scanned."""
    ACCEPTED = "accepted"
    REFUSED = "refused"


class VersionKind(StrEnum):
    """What was handed in."""

    FILE = "file"
    SNAPSHOT = "snapshot"


class DeliverableState(StrEnum):
    """Where one deliverable of a dossier stands."""

    MISSING = "missing"
    RECEIVED = "received"
    LATE = "late"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


class DossierState(StrEnum):
    """What the dossier of one registration comes to."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    LATE = "late"


class Admission(StrEnum):
    """Whether something may be handed in at this moment."""

    NOT_YET = "not_yet"
    IN_TIME = "in_time"
    LATE = "late"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which a session's dossiers are prepared."""

    opens_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """What the state of a deliverable rests on."""

    number: int
    state: DepositState
    late: bool


def preparation_percent(measures: Iterable[Mapping[str, Any]]) -> int:
    """Extra time for the preparation, in per cent; the largest share where several were granted."""
    shares = (
        measure.get("percent") or 0
        for measure in measures
        if measure["kind"] == MeasureKind.EXTRA_TIME and MeasureScope.PREPARATION in measure.get("applies_to", ())
    )
    return max(shares, default=0)


def own_deadline(window: Window, percent: int) -> datetime:
    """The candidate's own deadline: the session's, and their share of extra time for the preparation."""
    return window.due_at + (window.due_at - window.opens_at) * percent / 100


def admission(
    now: datetime, session: SessionState, opens_at: datetime | None, deadline: datetime | None, grace: timedelta
) -> Admission:
    """Whether the candidate may hand in now. A session without a preparation takes deposits until it runs."""
    if session not in {SessionState.DRAFT, SessionState.OPEN}:
        return Admission.FROZEN
    if opens_at is not None and now < opens_at:
        return Admission.NOT_YET
    if deadline is None or now <= deadline:
        return Admission.IN_TIME
    return Admission.LATE if now <= deadline + grace else Admission.FROZEN


def counting(versions: Iterable[Version]) -> Version | None:
    """The version that counts: the last accepted one; without one, the last that was handed in."""
    handed_in = sorted((v for v in versions if v.state != DepositState.OPEN), key=lambda version: version.number)
    accepted = [version for version in handed_in if version.state == DepositState.ACCEPTED]
    return next(reversed(accepted or handed_in), None)


def deliverable_state(versions: Iterable[Version]) -> DeliverableState:
    """Where the deliverable stands, by the version that counts."""
    version = counting(versions)
    if version is None:
        return DeliverableState.MISSING
    if version.state == DepositState.ACCEPTED:
        return DeliverableState.LATE if version.late else DeliverableState.RECEIVED
    return DeliverableState.REFUSED if version.state == DepositState.REFUSED else DeliverableState.QUARANTINED


def dossier_state(deliverables: Sequence[DeliverableState]) -> DossierState:
    """What all deliverables together come to."""
    if not {*deliverables} <= {DeliverableState.RECEIVED, DeliverableState.LATE}:
        return DossierState.INCOMPLETE
    return DossierState.LATE if DeliverableState.LATE in deliverables else DossierState.COMPLETE


def part_count(size: int, part_size: int) -> int:
    """Into how many parts a file of that size is cut."""
    return -(-size // part_size)


def size_of_part(size: int, part_size: int, number: int) -> int | None:
    """Bytes of the part of that number, from 1; None where the file has no such part."""
    if not 1 <= number <= part_count(size, part_size):
        return None
    return min(part_size, size - (number - 1) * part_size)
