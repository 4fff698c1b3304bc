"""Closing a deliberation: decisions, validated blocks, awards and their events, in one transaction."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth import Principal
from parchemin.common.language import Text
from parchemin.common.outbox import publish_all
from parchemin.common.problems import FieldFault, Forbidden, Unprocessable
from parchemin.contracts.envelope import Event
from parchemin.contracts.events.evaluations import (
    AssessedCriterion,
    CompetencyResult,
    DeliberationClosedV1,
    MinutesRegistration,
    MinutesValidation,
    ModalityResult,
    ResultsDecidedV1,
    SeatedJuror,
)
from parchemin.contracts.events.evaluations import Override as PrintedOverride
from parchemin.contracts.vocabulary import Attendance, Role, SessionState
from parchemin.evaluations.awards.service import Settled, settle_enrolments
from parchemin.evaluations.clock import today
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.deliberation.session_findings import (
    RegistrationFindings,
    SessionFindings,
    find_all,
)
from parchemin.evaluations.jurors.service import calling_juror
from parchemin.evaluations.registrations.changes import mark_registrations_changed
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat
from parchemin.evaluations.sessions.service import enter_state, require_fit_jury, require_step, seats_of
from parchemin.evaluations.settings import Settings


class DeliberationDate(Unprocessable):
    """A deliberation is neither before its session nor in the future."""

    code = "deliberation_date"
    detail = Text(
        "La délibération n'a lieu ni avant la session ni dans le futur.",
        "A deliberation is neither before its session nor in the future.",
    )


class NotOnJury(Unprocessable):
    """Somebody is said to be present who has no seat, or the president is not."""

    code = "not_on_jury"
    detail = Text(
        "Les présents sont des membres du jury, président compris.",
        "Those present are members of the jury, its president among them.",
    )


async def close(
    session: AsyncSession,
    principal: Principal,
    held: EvaluationSession,
    settings: Settings,
    *,
    deliberated_on: date | None,
    present: Sequence[UUID] | None,
) -> None:
    """Make the decisions of a session that deliberates. Only its president does it; afterwards nothing changes."""
    require_step(held, SessionState.CLOSED)
    seats = (await seats_of(session, [held.id]))[held.id]
    await _require_president(session, principal, seats)
    day = deliberated_on or today(settings.time_zone)
    future = day > today(settings.time_zone) and not settings.accept_future_dates
    if day < held.held_on or future:
        text = Text("Date impossible.", "Impossible date.")
        raise DeliberationDate(faults=[FieldFault("/deliberated_on", "deliberation_date", text)])
    await _seat_present(session, principal, seats, present, settings)

    found = await find_all(session, held, settings.default_policy, lock=True)
    session.add_all(_decisions(held, found, day))
    settled = await settle_enrolments(session, [*found.by_enrolment()])
    await mark_registrations_changed(session, [*found.by_enrolment()])
    held.deliberated_on = day
    enter_state(held, SessionState.CLOSED)
    await publish_all(session, _events(held, seats, found, settled, day))


async def _require_president(session: AsyncSession, principal: Principal, seats: Sequence[JurySeat]) -> None:
    juror = await calling_juror(session, principal)
    if not principal.has(Role.JURY_PRESIDENT) or not any(
        seat.president and seat.juror_id == juror.id for seat in seats
    ):
        raise Forbidden


async def _seat_present(
    session: AsyncSession,
    principal: Principal,
    seats: Sequence[JurySeat],
    present: Sequence[UUID] | None,
    settings: Settings,
) -> None:
    """The jury that deliberates is held to the rules of any jury: that is its quorum."""
    named = {seat.juror_id for seat in seats} if present is None else set(present)
    president = next(seat.juror_id for seat in seats if seat.president)
    if not named <= {seat.juror_id for seat in seats} or president not in named:
        raise NotOnJury
    for seat in seats:
        seat.present = seat.juror_id in named
    await require_fit_jury(session, principal, [seat for seat in seats if seat.present], settings.jury_limits)


def _decisions(held: EvaluationSession, found: SessionFindings, day: date) -> list[Decision]:
    return [
        Decision(
            organisation_id=held.organisation_id,
            session_id=held.id,
            registration_id=one.registration.id,
            enrolment_id=one.enrolment.id,
            competency=finding.code,
            proposed=finding.proposed,
            outcome=finding.outcome,
            reason=finding.reason,
            decided_on=day,
        )
        for one in found.registrations
        for finding in one.findings
    ]


def _events(
    held: EvaluationSession,
    seats: Sequence[JurySeat],
    found: SessionFindings,
    settled: Sequence[Settled],
    day: date,
) -> list[Event]:
    grouped = found.by_enrolment()
    events: list[Event] = [
        ResultsDecidedV1(
            enrolment_id=after.enrolment.id,
            candidate_id=after.enrolment.candidate_id,
            organisation_id=held.organisation_id,
            referential_version=held.referential_version,
            session_id=held.id,
            session_date=held.held_on,
            decided_on=day,
            place=held.place,
            modalities=tuple(_result(one, with_criteria=True) for one in grouped[after.enrolment.id]),
            blocks_enrolled=tuple(after.enrolment.blocks),
            blocks_validated=after.all_blocks,
            register_number=after.register_number,
            policy=found.policy.name,
        )
        for after in settled
    ]
    minutes = DeliberationClosedV1(
        session_id=held.id,
        organisation_id=held.organisation_id,
        referential_version=held.referential_version,
        policy=found.policy.name,
        place=held.place,
        session_date=held.held_on,
        deliberated_on=day,
        modalities=tuple(held.modalities),
        jury=tuple(
            SeatedJuror(juror_id=seat.juror_id, president=seat.president, present=bool(seat.present))
            for seat in sorted(seats, key=lambda seat: (not seat.president, seat.juror_id))
        ),
        registrations=tuple(_line(one) for group in grouped.values() for one in group),
        validations=tuple(
            MinutesValidation(
                enrolment_id=after.enrolment.id,
                candidate_id=after.enrolment.candidate_id,
                blocks=after.new_blocks,
                register_number=after.register_number,
            )
            for after in settled
            if after.new_blocks
        ),
    )
    return [*events, minutes]


def _line(one: RegistrationFindings) -> MinutesRegistration:
    return MinutesRegistration(
        enrolment_id=one.enrolment.id,
        candidate_id=one.enrolment.candidate_id,
        result=_result(one, with_criteria=False),
        overrides=tuple(
            PrintedOverride(
                competency=finding.code,
                proposed=finding.proposed,
                decided=finding.outcome,
                reason=finding.reason or "",
            )
            for finding in one.findings
            if finding.overridden
        ),
    )


def _result(one: RegistrationFindings, *, with_criteria: bool) -> ModalityResult:
    return ModalityResult(
        registration_id=one.registration.id,
        modality=one.registration.modality,
        attendance=Attendance(one.registration.attendance or Attendance.ABSENT),
        competencies=tuple(
            CompetencyResult(
                code=finding.code,
                outcome=finding.outcome,
                criteria=tuple(
                    AssessedCriterion(code=code, level=level) for code, level in finding.levels.items() if with_criteria
                ),
            )
            for finding in one.findings
        ),
    )
