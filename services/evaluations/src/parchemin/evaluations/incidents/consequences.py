"""What incidents mean for grading, for the deliberation and for its minutes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Subquery, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.language import Text
from parchemin.common.problems import Conflict, FieldFault
from parchemin.common.statements import table_of
from parchemin.contracts.vocabulary import IncidentKind, IncidentOutcome
from parchemin.evaluations.incidents.models import Incident
from parchemin.evaluations.incidents.rules import NEXT_STATES, IncidentState
from parchemin.evaluations.registrations.models import Registration

NAMED_AT_MOST = 20
"""How many open incidents an answer names."""


class GradingSuspended(Conflict):
    """A suspicion of fraud keeps the candidate from being graded, for now or for good."""

    code = "grading_suspended"
    detail = Text(
        "L'évaluation de ce candidat est suspendue par une procédure pour suspicion de fraude, ou il a été exclu.",
        "A procedure for suspected fraud suspends the grading of this candidate, or they were excluded.",
    )


class IncidentsOpen(Conflict):
    """The jury does not deliberate while a suspicion of fraud is undecided, or an incident holds it back."""

    code = "incidents_open"
    detail = Text(
        "{count} incident(s) retiennent la délibération.",
        "{count} incident(s) hold the deliberation back.",
    )


@dataclass(frozen=True, slots=True)
class MinutesIncident:
    """What the minutes print of an incident: never its description."""

    incident_id: UUID
    kind: IncidentKind
    occurred_at: datetime
    registration_id: UUID | None
    enrolment_id: UUID | None
    outcome: IncidentOutcome | None
    """None for an incident without procedure."""
    reason: str | None


def barred_registrations() -> Subquery:
    """The registrations that nobody signs a sheet for, as `Procedure.stops_grading` says, one once or more: for a
    join that the index of registrations serves."""
    incidents = table_of(Incident)
    under_way = [state for state, following in NEXT_STATES.items() if following]
    suspended = incidents.c.suspended_at.is_not(None) & incidents.c.state.in_(under_way)
    excluded = incidents.c.outcome == IncidentOutcome.EXCLUDED
    return select(incidents.c.registration_id).where(suspended | excluded).subquery("barred")


async def excluded_registrations(session: AsyncSession, registration_ids: Collection[UUID]) -> set[UUID]:
    """Those of these registrations in which nothing is acquired."""
    statement = select(col(Incident.registration_id)).where(
        col(Incident.registration_id).in_(registration_ids), col(Incident.outcome) == IncidentOutcome.EXCLUDED
    )
    return {found for found in (await session.execute(statement)).scalars() if found is not None}


async def require_none_open(session: AsyncSession, session_id: UUID) -> None:
    """Refuse to go on while an incident holds the deliberation back."""
    statement = select(Incident).where(col(Incident.session_id) == session_id).order_by(col(Incident.id))
    incidents = (await session.execute(statement)).scalars()
    open_ids = [incident.id for incident in incidents if incident.procedure().is_open]
    if open_ids:
        faults = [
            FieldFault("/state", "incident_open", Text(f"Incident {found}.", f"Incident {found}."))
            for found in open_ids[:NAMED_AT_MOST]
        ]
        raise IncidentsOpen(count=len(open_ids), faults=faults)


async def incidents_for_minutes(session: AsyncSession, session_id: UUID) -> list[MinutesIncident]:
    """What the minutes of this session print, in the order of what happened.

    A suspicion that was dismissed before any hearing is left out: it was found to be none.
    """
    statement = (
        select(Incident, col(Registration.enrolment_id))
        .outerjoin(Registration, col(Registration.id) == col(Incident.registration_id))
        .where(col(Incident.session_id) == session_id, col(Incident.state) != IncidentState.DISMISSED)
        .order_by(col(Incident.occurred_at), col(Incident.id))
    )
    return [
        MinutesIncident(
            incident_id=incident.id,
            kind=IncidentKind(incident.kind),
            occurred_at=incident.occurred_at,
            registration_id=incident.registration_id,
            enrolment_id=enrolment_id,
            outcome=None if incident.outcome is None else IncidentOutcome(incident.outcome),
            reason=incident.reason,
        )
        for incident, enrolment_id in await session.execute(statement)
    ]
