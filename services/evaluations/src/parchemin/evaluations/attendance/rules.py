"""What an attendance sheet (*émargement*) may say, who is late, and what an absence costs. Pure.

Source: domain, life of a certification, item 3; how many attempts there are and from when on an arrival is late are
the certifier's to say, and come by settings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from parchemin.contracts.vocabulary import Attendance


class ProofMethod(StrEnum):
    """How the candidate signed."""

    PAPER = "paper"
    TABLET = "tablet"
    QR_CODE = "qr_code"


class Justification(StrEnum):
    """Whether an absence is backed by a document that the school has seen. None: nothing was said of it.

    Not why: "medical" beside a name is data concerning health (GDPR, articles 4(15) and 9), and nothing here depends
    on the cause. The document stays in the school's own files.
    """

    DOCUMENTED = "documented"
    UNDOCUMENTED = "undocumented"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What is written of one candidate."""

    attendance: Attendance
    arrived_at: datetime | None = None
    signed: bool = False
    """Whether a proof is named."""
    justification: Justification | None = None


class SignInFault(StrEnum):
    """What contradicts what; the value is the fault's code."""

    ARRIVED_BUT_AWAY = "arrived_but_away"
    SIGNED_BUT_AWAY = "signed_but_away"
    JUSTIFIED_BUT_PRESENT = "justified_but_present"
    ARRIVED_IN_THE_FUTURE = "arrived_in_the_future"
    ARRIVED_ON_ANOTHER_DAY = "arrived_on_another_day"


def sign_in_faults(
    entry: SignIn, *, held_on: date, zone: tzinfo, now: datetime, rehearsal: bool = False
) -> tuple[SignInFault, ...]:
    """Every contradiction of an entry. In a rehearsal arrivals are dated freely.

    Only who is present arrives and signs, only who is not has an absence to justify.
    """
    present = entry.attendance is Attendance.PRESENT
    faults = []
    if not present and entry.arrived_at is not None:
        faults.append(SignInFault.ARRIVED_BUT_AWAY)
    if not present and entry.signed:
        faults.append(SignInFault.SIGNED_BUT_AWAY)
    if present and entry.justification is not None:
        faults.append(SignInFault.JUSTIFIED_BUT_PRESENT)
    if present and entry.arrived_at is not None and not rehearsal:
        if entry.arrived_at > now:
            faults.append(SignInFault.ARRIVED_IN_THE_FUTURE)
        elif entry.arrived_at.astimezone(zone).date() != held_on:
            faults.append(SignInFault.ARRIVED_ON_ANOTHER_DAY)
    return tuple(faults)


def called_at(held_on: date, call_time: time, zone: tzinfo) -> datetime:
    """When the candidates of a session are called."""
    return datetime.combine(held_on, call_time, tzinfo=zone)


def is_late(arrived_at: datetime | None, called: datetime, tolerated_minutes: int | None) -> bool | None:
    """Whether the candidate came later than is tolerated; None where that is not measured. Late is let in."""
    if arrived_at is None or tolerated_minutes is None:
        return None
    return arrived_at > called + timedelta(minutes=tolerated_minutes)


def counts_as_attempt(attendance: Attendance | None) -> bool | None:
    """An excused absence costs no attempt, an unexcused one does; None until the candidate was called."""
    return None if attendance is None else attendance is not Attendance.EXCUSED


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of one enrolment at one modality."""

    used: int
    pending: int
    """Registered for and not called yet: each may still turn out to be an attempt."""

    def exhausted(self, maximum: int | None) -> bool:
        """Whether there is no room for one more; without a maximum there always is."""
        return maximum is not None and self.used + self.pending >= maximum


def attempts_of(attendances: Iterable[Attendance | None]) -> Attempts:
    """What the registrations of one enrolment at one modality come to, those of cancelled sessions left out."""
    counted = [counts_as_attempt(attendance) for attendance in attendances]
    return Attempts(used=counted.count(True), pending=counted.count(None))
