"""What the policy proposes and the jury decides, for all registrations of one session; a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Attendance, CriterionLevel
from parchemin.evaluations.deliberation.models import Override
from parchemin.evaluations.deliberation.policy import Levels, Policy, policy_of
from parchemin.evaluations.deliberation.rules import CompetencyFinding, Departure, find
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.enrolments.service import standings
from parchemin.evaluations.grading.service import signed_sheets
from parchemin.evaluations.incidents.consequences import excluded_registrations
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession


@dataclass(frozen=True, slots=True)
class RegistrationFindings:
    """One registration with what the sheets come to."""

    registration: Registration
    enrolment: KnownEnrolment
    findings: tuple[CompetencyFinding, ...]
    sheets: tuple[Levels, ...]
    sheet_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class SessionFindings:
    """All of a session, in the order of registration."""

    referential: Referential
    policy: Policy
    """What was proposed by: the referential's own, or else the default."""
    registrations: tuple[RegistrationFindings, ...]

    def by_enrolment(self) -> dict[UUID, list[RegistrationFindings]]:
        """Grouped by enrolment, in the order of their ids."""
        grouped: defaultdict[UUID, list[RegistrationFindings]] = defaultdict(list)
        for found in sorted(self.registrations, key=lambda one: (one.enrolment.id, one.registration.modality)):
            grouped[found.enrolment.id].append(found)
        return dict(grouped)


async def registrations_of(session: AsyncSession, session_id: UUID) -> Sequence[Registration]:
    """The session's list."""
    statement = select(Registration).where(col(Registration.session_id) == session_id)
    return (await session.execute(statement.order_by(col(Registration.id)))).scalars().all()


async def find_all(
    session: AsyncSession, held: EvaluationSession, default: Policy, *, lock: bool = False
) -> SessionFindings:
    """The findings of the whole session; with `lock`, its enrolments are held until the end of the transaction."""
    return await find_some(session, held, await registrations_of(session, held.id), default, lock=lock)


async def find_some(
    session: AsyncSession,
    held: EvaluationSession,
    registrations: Sequence[Registration],
    default: Policy,
    *,
    lock: bool = False,
) -> SessionFindings:
    """The findings of some registrations of a session."""
    enrolments = await _enrolments(session, registrations, lock=lock)
    standing = await standings(session, list(enrolments))
    sheets: defaultdict[UUID, list[Levels]] = defaultdict(list)
    sheet_ids: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for sheet in await signed_sheets(session, [registration.id for registration in registrations]):
        levels = {entry["criterion"]: CriterionLevel(entry["level"]) for entry in sheet.levels}
        sheets[sheet.registration_id].append(levels)
        sheet_ids[sheet.registration_id].append(sheet.id)
    departures = await _departures(session, registrations)
    excluded = await excluded_registrations(session, [registration.id for registration in registrations])
    referential = await referential_of(session, held.referential_version)
    policy = policy_of(referential.policy, default)
    found = []
    for registration in registrations:
        findings = find(
            referential,
            registration.modality,
            Attendance(registration.attendance or Attendance.ABSENT),
            standing[registration.enrolment_id],
            sheets[registration.id],
            departures[registration.id],
            policy,
            excluded=registration.id in excluded,
        )
        enrolment = enrolments[registration.enrolment_id]
        given, ids = tuple(sheets[registration.id]), tuple(sheet_ids[registration.id])
        found.append(RegistrationFindings(registration, enrolment, findings, given, ids))
    return SessionFindings(referential, policy, tuple(found))


async def _enrolments(
    session: AsyncSession, registrations: Sequence[Registration], *, lock: bool
) -> dict[UUID, KnownEnrolment]:
    ids = {registration.enrolment_id for registration in registrations}
    statement = select(KnownEnrolment).where(col(KnownEnrolment.id).in_(ids)).order_by(col(KnownEnrolment.id))
    if lock:  # in the order of ids, so that two sessions that close at once cannot wait for each other
        statement = statement.with_for_update()
    return {enrolment.id: enrolment for enrolment in (await session.execute(statement)).scalars()}


async def _departures(
    session: AsyncSession, registrations: Sequence[Registration]
) -> defaultdict[UUID, dict[str, Departure]]:
    ids = [registration.id for registration in registrations]
    departures: defaultdict[UUID, dict[str, Departure]] = defaultdict(dict)
    statement = select(Override).where(col(Override.registration_id).in_(ids))
    for override in (await session.execute(statement)).scalars():
        departures[override.registration_id][override.competency] = Departure(
            override.acquired, override.reason, override.vote
        )
    return departures
