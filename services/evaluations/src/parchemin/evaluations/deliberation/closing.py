"""Closing a deliberation: the decisions, with all that they rest on, in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.language import Text
from parchemin.common.problems import FieldFault, Forbidden, Unprocessable
from parchemin.contracts.vocabulary import Role, SessionState
from parchemin.evaluations.clock import today
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.deliberation.presence import seat_present
from parchemin.evaluations.deliberation.publication import publish_results
from parchemin.evaluations.deliberation.session_findings import SessionFindings, find_all
from parchemin.evaluations.deliberation.votes import Adoption
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.jurors.service import calling_juror
from parchemin.evaluations.registrations.changes import mark_registrations_changed
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat
from parchemin.evaluations.sessions.schemas import StateChange
from parchemin.evaluations.sessions.service import enter_state, require_step, seats_of
from parchemin.evaluations.settings import Settings


class DeliberationDate(Unprocessable):
    """A deliberation is neither before its session nor in the future."""

    code = "deliberation_date"
    detail = Text(
        "La délibération n'a lieu ni avant la session ni dans le futur.",
        "A deliberation is neither before its session nor in the future.",
    )


async def close(
    session: AsyncSession, principal: Principal, held: EvaluationSession, change: StateChange, settings: Settings
) -> None:
    """Make the decisions of a session that deliberates. Only its president does it; afterwards nothing changes.

    The results are published in the same transaction, unless a later moment is asked for.
    """
    require_step(held, SessionState.CLOSED)
    seats = (await seats_of(session, [held.id]))[held.id]
    president = await _require_president(session, principal, seats)
    day = change.deliberated_on or today(settings.time_zone)
    future = day > today(settings.time_zone) and not settings.accept_future_dates
    if day < held.held_on or future:
        text = Text("Date impossible.", "Impossible date.")
        raise DeliberationDate(faults=[FieldFault("/deliberated_on", "deliberation_date", text)])
    await seat_present(session, principal, held, seats, change.present, settings.jury_rules)

    found = await find_all(session, held, settings.default_policy, lock=True)
    session.add_all(_decisions(held, found, day))
    now = utc_now()
    held.deliberated_on, held.closed_at, held.closed_by = day, now, president.id
    held.policy, held.adopted_by = found.policy.name, change.adopted_by or Adoption.UNANIMITY
    held.results_at = max(change.publish_at or now, now)
    enter_state(held, SessionState.CLOSED)
    if held.results_at == now:
        await publish_results(session, held, settings.jury_rules)
    else:
        await session.flush()
        await mark_registrations_changed(session, [*found.by_enrolment()])


async def _require_president(session: AsyncSession, principal: Principal, seats: Sequence[JurySeat]) -> Juror:
    juror = await calling_juror(session, principal)
    if not principal.has(Role.JURY_PRESIDENT) or not any(
        seat.president and seat.juror_id == juror.id for seat in seats
    ):
        raise Forbidden
    return juror


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
            levels=dict(finding.levels),
            grounds=asdict(finding.grounds),
            vote=finding.vote,
            sheets=[str(sheet_id) for sheet_id in one.sheet_ids] if finding.levels else [],
        )
        for one in found.registrations
        for finding in one.findings
    ]
