"""HTTP of the attendance sheet."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import col

from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, cut, page, page_rows
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Deliberating, Planning, ReadingAttendanceHistory
from parchemin.evaluations.attendance import service
from parchemin.evaluations.attendance.models import AttendanceRecord
from parchemin.evaluations.attendance.schemas import AttendanceEntry, AttendanceLine, AttendanceRecordView
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.registrations.schemas import RegistrationView
from parchemin.evaluations.registrations.service import present, visible_registrations
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import WrongState, visible_sessions

router = APIRouter(prefix="/v1", tags=["attendance"], route_class=TransactionalRoute)


@router.put(
    "/registrations/{registration_id}/attendance", responses=documented(WrongState, service.SignInContradictory)
)
async def record_attendance(
    registration_id: UUID,
    entry: AttendanceEntry,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> RegistrationView:
    """Record the attendance (*émargement*), or correct it, while the session runs.

    Who comes later than is tolerated is flagged, never refused. What was recorded before stays readable.
    """
    settings = request.app.state.settings
    registration = await service.record_attendance(session, principal, registration_id, entry, expected, settings)
    await session.flush()
    tag(response, registration.version)
    return (await present(session, principal, [registration]))[0]


@router.get("/registrations/{registration_id}/attendance_records")
async def read_attendance_records(
    registration_id: UUID, session: Reading, principal: ReadingAttendanceHistory, paging: Paging
) -> Page[AttendanceRecordView]:
    """All that was recorded of a candidate's attendance, by whom and when; the last entry holds."""
    registration = await one(session, visible_registrations(principal), Registration, registration_id)
    statement = service.records_of(principal, registration)
    return await page(session, statement, AttendanceRecord, paging, AttendanceRecordView.of)


@router.get("/sessions/{session_id}/attendance")
async def read_attendance_sheet(
    session_id: UUID, session: Reading, principal: Deliberating, paging: Paging
) -> Page[AttendanceLine]:
    """A session's attendance sheet: who was there, since when, and how they signed. Justifications of absences are
    for the staff alone."""
    held = await one(session, visible_sessions(principal), EvaluationSession, session_id)
    statement = visible_registrations(principal).where(col(Registration.session_id) == held.id)
    rows = await page_rows(session, statement, Registration, paging)
    lines = {line.registration_id: line for line in await service.lines_of(session, principal, rows[: paging.limit])}
    return cut(rows, paging, lambda row: lines[row.id])
