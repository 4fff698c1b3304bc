"""Use cases about incidents: reporting them, and leading them to their end."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.audit import record
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import one, owned
from parchemin.common.problems import Conflict, FieldFault, Forbidden, NotFound, Unprocessable
from parchemin.contracts.events.sessions import IncidentDecidedV1
from parchemin.contracts.vocabulary import IncidentKind, IncidentOutcome, Role, SessionState
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.erasure.texts import opener, sealed_text
from parchemin.evaluations.incidents.models import Incident
from parchemin.evaluations.incidents.rules import (
    IncidentState,
    Leader,
    ReportFault,
    Step,
    first_state,
    leader_of,
    may_become,
    misplaced_members,
    report_faults,
    take,
)
from parchemin.evaluations.incidents.schemas import IncidentView, NewIncident
from parchemin.evaluations.jurors.service import calling_juror, juror_ids_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat
from parchemin.evaluations.sessions.service import require_state, seats_of
from parchemin.evaluations.settings import Settings


class ReportFaulty(Unprocessable):
    """A report lacks whom it is about, or its time cannot be."""

    code = "report_faulty"
    detail = Text("Le signalement contient des erreurs.", "The report contains errors.")


class IllegalIncidentStep(Conflict):
    """An incident does not go from this state to that one."""

    code = "illegal_incident_step"
    detail = Text(
        "Un incident « {state} » ne peut pas devenir « {wanted} ».",
        "An incident that is {state} cannot become {wanted}.",
    )


class StepFaulty(Unprocessable):
    """A step lacks what goes with it, or says what does not."""

    code = "step_faulty"
    detail = Text("Cette étape est incomplète ou dit trop.", "This step is incomplete or says too much.")


class NothingToHoldBack(Conflict):
    """Only an incident that is not settled is marked; a suspicion of fraud blocks until it is decided."""

    code = "nothing_to_hold_back"
    detail = Text(
        "Seul un incident non réglé peut retenir la délibération ; une suspicion de fraude la retient d'elle-même.",
        "Only an incident that is not settled can hold the deliberation back; a suspicion of fraud does by itself.",
    )


FAULTS = {
    ReportFault.REGISTRATION_MISSING: (
        "/registration_id",
        Text("Une suspicion de fraude vise une inscription.", "A suspicion of fraud is about a registration."),
    ),
    ReportFault.BEFORE_THE_SESSION: (
        "/occurred_at",
        Text("C'est avant le jour de la session.", "This is before the day of the session."),
    ),
    ReportFault.IN_THE_FUTURE: ("/occurred_at", Text("Cette heure est à venir.", "This time is to come.")),
}
_MISSING = Text("Ce champ est obligatoire à cette étape.", "This member is required for this step.")
_UNEXPECTED = Text("Ce champ n'est pas attendu à cette étape.", "This member does not go with this step.")


def visible_incidents(principal: Principal) -> Select[Incident]:
    """The organisation's incidents for its staff, all for the certifier; for a juror, those of their sessions."""
    statement = owned(Incident, principal)
    if principal.has(Role.ADMINISTRATOR, Role.CERTIFIER):
        return statement
    return statement.where(col(Incident.session_id).in_(_seated(principal)))


async def report(
    session: AsyncSession, principal: Principal, session_id: UUID, new: NewIncident, settings: Settings
) -> Incident:
    """Record what happened while the session runs or the jury deliberates."""
    held = await _locked(session, principal, session_id)
    require_state(held, SessionState.RUNNING, SessionState.DELIBERATING)
    faults = report_faults(
        new.kind,
        new.occurred_at,
        names_registration=new.registration_id is not None,
        held_on=held.held_on,
        zone=ZoneInfo(settings.time_zone),
        now=utc_now(),
        rehearsal=settings.accept_future_dates,
    )
    if faults:
        raise ReportFaulty(faults=[FieldFault(FAULTS[fault][0], fault, FAULTS[fault][1]) for fault in faults])
    incident_id = new_id()
    person_id: UUID | None = incident_id
    if new.registration_id is not None:
        listed = (
            select(col(KnownEnrolment.candidate_id))
            .join(Registration, col(Registration.enrolment_id) == col(KnownEnrolment.id))
            .where(col(Registration.id) == new.registration_id, col(Registration.session_id) == held.id)
        )
        person_id = await session.scalar(listed)
    if person_id is None:
        raise NotFound
    incident = Incident(
        id=incident_id,
        organisation_id=held.organisation_id,
        session_id=held.id,
        state=first_state(new.kind),
        reported_by=principal.subject,
        sealed_for=person_id,
        description=await sealed_text(session, person_id, new.description, place=text_place(incident_id)),
        **new.model_dump(exclude={"description"}),
    )
    session.add(incident)
    await record(session, principal, f"incident.{incident.state}", incident)
    return incident


async def lead(session: AsyncSession, principal: Principal, incident_id: UUID, step: Step, expected: int) -> Incident:
    """Take the next step of an incident; the session is held, so that nobody signs a sheet meanwhile."""
    incident, held = await _held(session, principal, incident_id)
    await _require_leader(session, principal, held, step.state)
    require_version(incident, expected)
    require_state(held, SessionState.RUNNING, SessionState.DELIBERATING)
    before = incident.procedure()
    if not may_become(before.state, step.state):
        raise IllegalIncidentStep(state=before.state, wanted=step.state)
    _require_complete(step)
    after, now = take(before, step), utc_now()
    incident.state, incident.outcome, incident.hearing = after.state, after.outcome, after.hearing
    incident.updated_at = now
    if step.state is IncidentState.SUSPENDED:
        incident.suspended_at = now
    if step.state is IncidentState.HEARD:
        incident.heard_at = now
    if after.is_over:
        incident.reason, incident.ended_at, incident.ended_by = step.reason, now, principal.subject
    await record(session, principal, f"incident.{incident.state}", incident)
    if after.outcome is not None:
        await publish(session, await _decided(session, incident, after.outcome))
    return incident


async def mark(
    session: AsyncSession, principal: Principal, incident_id: UUID, expected: int, *, blocking: bool
) -> Incident:
    """Hold the deliberation back until the incident is settled, or let it go on."""
    incident, held = await _held(session, principal, incident_id)
    require_version(incident, expected)
    require_state(held, SessionState.RUNNING, SessionState.DELIBERATING)
    if incident.state != IncidentState.RECORDED:
        raise NothingToHoldBack
    incident.blocking = blocking
    incident.updated_at = utc_now()
    await record(session, principal, "incident.blocking" if blocking else "incident.not_blocking", incident)
    return incident


async def views(session: AsyncSession, incidents: Sequence[Incident]) -> list[IncidentView]:
    """These incidents as the API shows them; one query for their keys."""
    opened = await opener(session, [incident.sealed_for for incident in incidents])
    return [
        IncidentView(
            **incident.model_dump(include=set(IncidentView.model_fields) - {"description"}),
            description=opened(incident.sealed_for, incident.description, text_place(incident.id)),
        )
        for incident in incidents
    ]


def text_place(incident_id: UUID) -> str:
    """What the sealed description of an incident belongs to."""
    return f"incidents.description:{incident_id}"


def _seated(principal: Principal) -> Select[UUID]:
    return select(col(JurySeat.session_id)).where(col(JurySeat.juror_id).in_(juror_ids_of(principal)))


async def _locked(session: AsyncSession, principal: Principal, session_id: UUID) -> EvaluationSession:
    """The session, locked, for the staff and those who sit in it; a program sees nothing of this."""
    visible = owned(EvaluationSession, principal)
    if not principal.has(Role.ADMINISTRATOR):
        visible = visible.where(col(EvaluationSession.id).in_(_seated(principal)))
    return await one(session, visible.with_for_update(), EvaluationSession, session_id)


async def _held(session: AsyncSession, principal: Principal, incident_id: UUID) -> tuple[Incident, EvaluationSession]:
    """The incident, after its session: steps of one session come one after the other."""
    visible = visible_incidents(principal)
    seen = await one(session, visible, Incident, incident_id)
    held = await _locked(session, principal, seen.session_id)
    latest = visible.with_for_update().execution_options(populate_existing=True)
    return await one(session, latest, Incident, incident_id), held


async def _require_leader(
    session: AsyncSession, principal: Principal, held: EvaluationSession, wanted: IncidentState
) -> None:
    if leader_of(wanted) is Leader.STAFF:
        if not principal.has(Role.ADMINISTRATOR):
            raise Forbidden
        return
    juror = await calling_juror(session, principal)
    seats = (await seats_of(session, [held.id]))[held.id]
    presides = any(seat.president and seat.juror_id == juror.id for seat in seats)
    if not presides or not principal.has(Role.JURY_PRESIDENT):
        raise Forbidden


def _require_complete(step: Step) -> None:
    missing, unexpected = misplaced_members(step)
    faults = [FieldFault(f"/{name}", "missing", _MISSING) for name in sorted(missing)]
    faults += [FieldFault(f"/{name}", "extra_forbidden", _UNEXPECTED) for name in sorted(unexpected)]
    if faults:
        raise StepFaulty(faults=faults)


async def _decided(session: AsyncSession, incident: Incident, outcome: IncidentOutcome) -> IncidentDecidedV1:
    suspect = select(Registration).where(col(Registration.id) == incident.registration_id)
    registration = (await session.execute(suspect)).scalar_one()
    return IncidentDecidedV1(
        incident_id=incident.id,
        session_id=incident.session_id,
        registration_id=registration.id,
        enrolment_id=registration.enrolment_id,
        organisation_id=incident.organisation_id,
        kind=IncidentKind(incident.kind),
        outcome=outcome,
    )
