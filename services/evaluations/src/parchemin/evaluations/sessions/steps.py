"""The steps of a session, each with what it requires."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.problems import Conflict, FieldFault, Forbidden
from parchemin.contracts.events.sessions import SessionCancelledV1
from parchemin.contracts.vocabulary import Attendance, Role, SessionState
from parchemin.evaluations.deliberation.closing import close
from parchemin.evaluations.deliberation.presence import seat_present
from parchemin.evaluations.deliberation.rules import competencies_to_assess
from parchemin.evaluations.deliberation.session_findings import registrations_of
from parchemin.evaluations.enrolments.service import standings
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.incidents.consequences import excluded_registrations, require_none_open
from parchemin.evaluations.juries.fitness import require_fit_jury
from parchemin.evaluations.juries.rules import places_held_by
from parchemin.evaluations.juries.service import require_sworn
from parchemin.evaluations.planning.gathering import panels_of_session
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.conflicts import conflicting_pairs
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat
from parchemin.evaluations.sessions.schemas import StateChange
from parchemin.evaluations.sessions.service import (
    enter_state,
    every_seat,
    locked_session,
    require_step,
    seats_of,
)
from parchemin.evaluations.settings import Settings

NAMED_AT_MOST = 20
"""How many missing sheets an answer names."""


class TooFewGraders(Conflict):
    """Conflicts of interest leave a candidate with too few jurors."""

    code = "too_few_graders"
    detail = Text(
        "Trop de conflits d'intérêts : moins de {minimum} jurés pour {enrolment_id}.",
        "Too many conflicts of interest: fewer than {minimum} jurors for {enrolment_id}.",
    )


class AttendanceMissing(Conflict):
    """Somebody on the list was not called."""

    code = "attendance_missing"
    detail = Text(
        "L'émargement manque pour {count} inscription(s).",
        "Attendance is missing for {count} registration(s).",
    )


class SheetsMissing(Conflict):
    """A juror has not signed the sheet of a candidate who was present."""

    code = "sheets_missing"
    detail = Text(
        "{count} fiche(s) signée(s) manquent.",
        "{count} signed sheet(s) are missing.",
    )


async def step(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    change: StateChange,
    expected: int,
    settings: Settings,
) -> EvaluationSession:
    """Lead the session to its next state."""
    held = await locked_session(session, principal, session_id)
    require_version(held, expected)
    wanted = SessionState(change.state)
    if wanted is SessionState.CLOSED:
        require_step(held, wanted)
        await require_none_open(session, held.id)
        await close(session, principal, held, change, settings)
        return held
    if not principal.has(Role.ADMINISTRATOR):
        raise Forbidden
    require_step(held, wanted)
    seats = (await seats_of(session, [held.id]))[held.id]
    if wanted is SessionState.OPEN:
        await require_fit_jury(session, principal, held, seats, settings.jury_rules)
    elif wanted is SessionState.RUNNING:
        # the candidates are known now: one who comes by VAE asks for more than a session without
        await require_fit_jury(session, principal, held, seats, settings.jury_rules)
        await _require_graders(session, held, seats, await registrations_of(session, held.id), settings.min_graders)
    elif wanted is SessionState.DELIBERATING:
        await require_none_open(session, held.id)
        await seat_present(session, principal, held, seats, change.present, settings.jury_rules)
        await _require_all_graded(session, held, seats, settings.min_graders)
        await require_sworn(session, held, seats)
    elif wanted is SessionState.CANCELLED:
        await publish(session, SessionCancelledV1(session_id=held.id, organisation_id=held.organisation_id))
    enter_state(held, wanted)
    return held


async def _require_graders(
    session: AsyncSession,
    held: EvaluationSession,
    seats: Sequence[JurySeat],
    registrations: Sequence[Registration],
    minimum: int,
) -> None:
    jury = [seat.juror_id for seat in seats]
    conflicts = await conflicting_pairs(session, jury)
    for registration in registrations:
        free = [juror for juror in jury if (juror, registration.enrolment_id) not in conflicts]
        if len(free) < minimum:
            raise TooFewGraders(minimum=minimum, enrolment_id=registration.enrolment_id)


async def _require_all_graded(
    session: AsyncSession, held: EvaluationSession, seats: Sequence[JurySeat], min_graders: int
) -> None:
    """Everyone was called, and for everyone present and not excluded each place on the jury, or on the panel of their
    slot, has a signed sheet: of who holds it or held it, but for jurors in conflict.

    Conflicts may have been declared while the session ran: whoever is left with too few jurors cannot be graded.
    """
    registrations = await registrations_of(session, held.id)
    uncalled = [registration for registration in registrations if registration.attendance is None]
    if uncalled:
        raise AttendanceMissing(count=len(uncalled))
    jury = [seat.juror_id for seat in seats]
    conflicts = await conflicting_pairs(session, jury)
    excluded = await excluded_registrations(session, [registration.id for registration in registrations])
    standing = await standings(session, {registration.enrolment_id for registration in registrations})
    referential = await referential_of(session, held.referential_version)
    graded = [
        registration
        for registration in registrations
        if registration.attendance == Attendance.PRESENT
        and registration.id not in excluded
        and competencies_to_assess(referential, registration.modality, standing[registration.enrolment_id])
    ]
    await _require_graders(session, held, seats, graded, min_graders)
    signed = select(col(Sheet.registration_id), col(Sheet.juror_id)).where(
        col(Sheet.session_id) == held.id, col(Sheet.state) == "signed"
    )
    signers: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for registration_id, juror in await session.execute(signed):
        signers[registration_id].add(juror)
    replaces = {one.juror_id: one.replaces for one in await every_seat(session, held.id) if one.replaces is not None}
    panels = await panels_of_session(session, held.id)
    missing = set()
    for registration in graded:
        panel = panels.get(registration.id, jury)
        asked = places_held_by(panel, seated=jury, replaces=replaces)
        done = places_held_by(signers[registration.id], seated=jury, replaces=replaces)
        tied = {juror for juror in jury if (juror, registration.enrolment_id) in conflicts}
        missing |= {(registration.id, juror) for juror in asked - done - tied}
    if missing:
        named = sorted(missing)[:NAMED_AT_MOST]
        raise SheetsMissing(count=len(missing), faults=[_missing(registration, juror) for registration, juror in named])


def _missing(registration_id: UUID, juror_id: UUID) -> FieldFault:
    return FieldFault(
        "/state",
        "sheet_missing",
        Text(
            f"Inscription {registration_id} : juré {juror_id}.",
            f"Registration {registration_id}: juror {juror_id}.",
        ),
    )
