"""Use cases about convocations."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.outbox import publish_all
from parchemin.common.problems import Conflict
from parchemin.contracts.events.candidates import Measure
from parchemin.contracts.events.sessions import Appointment, CandidateConvenedV1, MeetingPlace
from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.clock import today
from parchemin.evaluations.convocations.models import Convocation
from parchemin.evaluations.convocations.schemas import ConvenedView, ConvocationEntry
from parchemin.evaluations.deliberation.session_findings import registrations_of
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.enrolments.rules import holding
from parchemin.evaluations.juries.fitness import require_fit_jury
from parchemin.evaluations.places.models import Place, Room
from parchemin.evaluations.planning.errors import said
from parchemin.evaluations.planning.gathering import slots_of
from parchemin.evaluations.planning.models import Slot, Timetable
from parchemin.evaluations.planning.reading import rooms_by_id
from parchemin.evaluations.planning.service import plan_clashes
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import locked_session, require_state, seats_of
from parchemin.evaluations.settings import Settings

DIGESTED = {"appointments", "measures", "bring", "time_zone"}
"""What a candidate is told: where that is as before, nothing is told again."""


class TimeMissing(Conflict):
    """The session has no timetable, and no time was given for everyone."""

    code = "time_missing"
    detail = Text(
        "La session n'a pas de calendrier : indiquez `starts_at`.",
        "The session has no timetable: give `starts_at`.",
    )


class TimeTwice(Conflict):
    """The session has slots, and a time was given for everyone beside them."""

    code = "time_twice"
    detail = Text(
        "La session a des créneaux : `starts_at` ne s'applique pas.",
        "The session has slots: `starts_at` does not apply.",
    )


class PlanOutdated(Conflict):
    """The plan does not hold as things stand; `errors` name each clash."""

    code = "plan_outdated"
    detail = Text(
        "Le plan ne tient plus : planifiez à nouveau avant de convoquer.",
        "The plan does not hold any more: plan again before you convene.",
    )


async def convene(
    session: AsyncSession, principal: Principal, session_id: UUID, entry: ConvocationEntry, settings: Settings
) -> ConvenedView:
    """Tell every registered candidate when and where to come, and nobody what they were told already."""
    held = await locked_session(session, principal, session_id)
    require_state(held, SessionState.OPEN)
    seats = (await seats_of(session, [held.id]))[held.id]
    await require_fit_jury(session, principal, held, seats, settings.jury_rules)
    registrations = await registrations_of(session, held.id)
    appointments = await _appointments(session, held, registrations, entry, settings)
    enrolments = await _enrolments(session, appointments)
    latest = await _latest(session, held.id)
    facts, unchanged = [], 0
    for enrolment_id in sorted(appointments):
        enrolment = enrolments[enrolment_id]
        before = latest.get(enrolment_id)
        fact = CandidateConvenedV1(
            convocation_id=new_id(),
            enrolment_id=enrolment_id,
            candidate_id=enrolment.candidate_id,
            organisation_id=held.organisation_id,
            referential_version=held.referential_version,
            session_id=held.id,
            number=before.number + 1 if before else 1,
            convened_on=today(settings.time_zone),
            time_zone=settings.time_zone,
            appointments=tuple(appointments[enrolment_id]),
            measures=_told(enrolment.measures, held.held_on),
            bring=settings.bring if entry.bring is None else entry.bring,
        )
        digest = _digest(fact)
        if before is not None and before.digest == digest:
            unchanged += 1
            continue
        session.add(
            Convocation(
                id=fact.convocation_id,
                organisation_id=held.organisation_id,
                session_id=held.id,
                enrolment_id=enrolment_id,
                number=fact.number,
                digest=digest,
                convened_by=principal.subject,
            )
        )
        facts.append(fact)
    await publish_all(session, facts)
    return ConvenedView(convened=len(facts), unchanged=unchanged)


async def _appointments(
    session: AsyncSession,
    held: EvaluationSession,
    registrations: Sequence[Registration],
    entry: ConvocationEntry,
    settings: Settings,
) -> dict[UUID, list[Appointment]]:
    """For each enrolment, its modalities in the order of their times."""
    found: defaultdict[UUID, list[Appointment]] = defaultdict(list)
    if await session.get(Timetable, held.id) is None:
        if entry.starts_at is None:
            raise TimeMissing
        for registration in sorted(registrations, key=lambda one: one.modality):
            found[registration.enrolment_id].append(
                Appointment(
                    registration_id=registration.id,
                    modality=registration.modality,
                    starts_at=entry.starts_at,
                    ends_at=entry.ends_at,
                    where=MeetingPlace(place=held.place),
                )
            )
        return found
    if entry.starts_at is not None:
        raise TimeTwice
    clashes = await plan_clashes(session, held, settings)
    if clashes:
        raise PlanOutdated(faults=said(clashes))
    slots, _ = await slots_of(session, held.id)
    rooms = await rooms_by_id(session, {slot.room_id for slot in slots.values()})
    for slot in sorted(slots.values(), key=lambda slot: (slot.preparation_starts_at, slot.modality)):
        found[slot.enrolment_id].append(_appointment(slot, *rooms[slot.room_id]))
    return found


def _appointment(slot: Slot, room: Room, place: Place) -> Appointment:
    prepares = slot.preparation_starts_at < slot.evaluation_starts_at
    return Appointment(
        registration_id=slot.registration_id,
        modality=slot.modality,
        preparation_starts_at=slot.preparation_starts_at if prepares else None,
        starts_at=slot.evaluation_starts_at,
        ends_at=slot.ends_at,
        where=MeetingPlace(
            place=place.name,
            address_lines=tuple(place.address_lines),
            postal_code=place.postal_code,
            city=place.city,
            access_notes=place.access_notes,
            room=room.name,
            floor=room.floor,
        ),
    )


async def _enrolments(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, KnownEnrolment]:
    rows = await session.execute(select(KnownEnrolment).where(col(KnownEnrolment.id).in_(ids)))
    return {enrolment.id: enrolment for enrolment in rows.scalars()}


async def _latest(session: AsyncSession, session_id: UUID) -> dict[UUID, Convocation]:
    """The last convocation of each enrolment to this session."""
    last = (
        select(col(Convocation.enrolment_id), func.max(col(Convocation.number)).label("number"))
        .where(col(Convocation.session_id) == session_id)
        .group_by(col(Convocation.enrolment_id))
        .subquery()
    )
    statement = select(Convocation).join(
        last,
        (col(Convocation.enrolment_id) == last.c.enrolment_id) & (col(Convocation.number) == last.c.number),
    )
    rows = await session.execute(statement.where(col(Convocation.session_id) == session_id))
    return {row.enrolment_id: row for row in rows.scalars()}


def _told(measures: Sequence[Mapping[str, Any]], day: date) -> tuple[Measure, ...]:
    """What is done on the day of the session. How long it was granted for is not the convocation's business."""
    undated = {"valid_from": None, "valid_until": None}
    return tuple(Measure.model_validate({**measure, **undated}) for measure in holding(measures, day))


def _digest(fact: CandidateConvenedV1) -> str:
    undated = {"measures": {"__all__": {"valid_from", "valid_until"}}}  # never said, nor digested before they were
    told: dict[str, Any] = fact.model_dump(mode="json", include=DIGESTED, exclude=undated)
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
