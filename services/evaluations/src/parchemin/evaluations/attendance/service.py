"""Use cases of the attendance sheet."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.ownership import one, owned
from parchemin.common.problems import FieldFault, Unprocessable
from parchemin.contracts.vocabulary import Attendance, Role, SessionState
from parchemin.evaluations.attendance.models import AttendanceRecord
from parchemin.evaluations.attendance.records import standing_records
from parchemin.evaluations.attendance.rules import (
    Justification,
    SignInFault,
    called_at,
    counts_as_attempt,
    is_late,
    sign_in_faults,
)
from parchemin.evaluations.attendance.schemas import AttendanceEntry, AttendanceLine, proof_of
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.registrations.service import visible_registrations
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import locked_session, require_state
from parchemin.evaluations.settings import Settings


class SignInContradictory(Unprocessable):
    """What is written of a candidate contradicts itself, or the session's day."""

    code = "sign_in_contradictory"
    detail = Text("L'émargement se contredit.", "The entry contradicts itself.")


FAULTS = {
    SignInFault.ARRIVED_BUT_AWAY: (
        "/arrived_at",
        Text("Seul un candidat présent est arrivé.", "Only who is present has arrived."),
    ),
    SignInFault.SIGNED_BUT_AWAY: ("/proof", Text("Seul un candidat présent signe.", "Only who is present signs.")),
    SignInFault.JUSTIFIED_BUT_PRESENT: (
        "/justification",
        Text("Seule une absence se justifie.", "Only an absence is justified."),
    ),
    SignInFault.ARRIVED_IN_THE_FUTURE: ("/arrived_at", Text("Cette heure est à venir.", "This time is to come.")),
    SignInFault.ARRIVED_ON_ANOTHER_DAY: (
        "/arrived_at",
        Text("Ce n'est pas le jour de la session.", "This is not the day of the session."),
    ),
}


async def record_attendance(
    session: AsyncSession,
    principal: Principal,
    registration_id: UUID,
    entry: AttendanceEntry,
    expected: int,
    settings: Settings,
) -> Registration:
    """Write what the attendance sheet says, while the session runs; what was written before stays readable."""
    known = await one(session, visible_registrations(principal), Registration, registration_id)
    held = await locked_session(session, principal, known.session_id)
    require_state(held, SessionState.RUNNING)
    require_version(known, expected)
    _require_consistent(entry, held, settings)
    known.attendance = entry.attendance
    known.updated_at = utc_now()
    session.add(await _record(session, principal, known, entry, held, settings))
    return known


def records_of(principal: Principal, registration: Registration) -> Select[AttendanceRecord]:
    """All entries for this registration."""
    return owned(AttendanceRecord, principal).where(col(AttendanceRecord.registration_id) == registration.id)


async def lines_of(
    session: AsyncSession, principal: Principal, registrations: Sequence[Registration]
) -> list[AttendanceLine]:
    """These lines of an attendance sheet; a fixed number of queries. Jurors learn nothing of justifications."""
    standing = await standing_records(session, [registration.id for registration in registrations])
    enrolments = {registration.enrolment_id for registration in registrations}
    rows = await session.execute(select(KnownEnrolment).where(col(KnownEnrolment.id).in_(enrolments)))
    candidates = {enrolment.id: enrolment.candidate_id for enrolment in rows.scalars()}
    return [
        _line(one, candidates[one.enrolment_id], standing.get(one.id), tells_why=principal.has(Role.ADMINISTRATOR))
        for one in registrations
    ]


def _line(
    registration: Registration, candidate_id: UUID, record: AttendanceRecord | None, *, tells_why: bool
) -> AttendanceLine:
    attendance = None if registration.attendance is None else Attendance(registration.attendance)
    justification = record.justification if record and tells_why else None
    return AttendanceLine(
        registration_id=registration.id,
        enrolment_id=registration.enrolment_id,
        candidate_id=candidate_id,
        modality=registration.modality,
        attendance=attendance,
        counts_as_attempt=counts_as_attempt(attendance),
        arrived_at=record.arrived_at if record else None,
        late=record.late if record else None,
        proof=proof_of(record) if record else None,
        justification=None if justification is None else Justification(justification),
        updated_at=registration.updated_at,
    )


def _require_consistent(entry: AttendanceEntry, held: EvaluationSession, settings: Settings) -> None:
    faults = sign_in_faults(
        entry.as_sign_in(),
        held_on=held.held_on,
        zone=ZoneInfo(settings.time_zone),
        now=utc_now(),
        rehearsal=settings.accept_future_dates,
    )
    if faults:
        raise SignInContradictory(faults=[FieldFault(FAULTS[fault][0], fault, FAULTS[fault][1]) for fault in faults])


async def _record(
    session: AsyncSession,
    principal: Principal,
    registration: Registration,
    entry: AttendanceEntry,
    held: EvaluationSession,
    settings: Settings,
) -> AttendanceRecord:
    """The next entry; the session is locked, so that numbers follow one another."""
    last = select(func.max(col(AttendanceRecord.number))).where(
        col(AttendanceRecord.registration_id) == registration.id
    )
    called = called_at(held.held_on, settings.call_time, ZoneInfo(settings.time_zone))
    return AttendanceRecord(
        organisation_id=registration.organisation_id,
        registration_id=registration.id,
        number=(await session.scalar(last) or 0) + 1,
        attendance=entry.attendance,
        arrived_at=entry.arrived_at,
        late=is_late(entry.arrived_at, called, settings.late_arrival_minutes),
        proof_method=entry.proof.method if entry.proof else None,
        proof_sha256=entry.proof.sha256 if entry.proof else None,
        justification=entry.justification,
        recorded_by=principal.subject,
    )
