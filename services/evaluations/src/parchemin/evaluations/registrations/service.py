"""Use cases about registrations."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.language import Language, Text
from parchemin.common.ownership import find, owned
from parchemin.common.problems import Conflict, Unprocessable
from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, EnrolmentState, Role, SessionState
from parchemin.evaluations.access import JURY, is_only_juror
from parchemin.evaluations.attendance.attempts import require_attempt_left
from parchemin.evaluations.attendance.records import standing_records
from parchemin.evaluations.attendance.rules import counts_as_attempt
from parchemin.evaluations.deliberation.explanation import explain
from parchemin.evaluations.deliberation.models import Decision, Override
from parchemin.evaluations.deliberation.policy import grounds_of
from parchemin.evaluations.deliberation.results import ordered
from parchemin.evaluations.deliberation.rules import competencies_to_assess, criteria_to_judge
from parchemin.evaluations.enrolments.models import FormerEnrolment, KnownEnrolment
from parchemin.evaluations.enrolments.rules import holding
from parchemin.evaluations.enrolments.service import standings
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.registrations.schemas import (
    MeasureView,
    NewRegistration,
    OverrideView,
    RegistrationView,
    ResultView,
)
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import locked_session, require_state, visible_sessions

T = TypeVar("T")

REGISTRABLE = frozenset({EnrolmentState.ADMITTED, EnrolmentState.ACTIVE, EnrolmentState.COMPLETED})
"""Whoever completed what they aim at is refused by what is left to assess: nothing, until they aim at more."""


class ModalityNotHeld(Unprocessable):
    """The session does not hold this modality."""

    code = "modality_not_held"
    detail = Text("La session n'organise pas cette modalité.", "The session does not hold this modality.")


class ReferentialDiffers(Conflict):
    """The enrolment stands on another version of the referential than the session."""

    code = "referential_differs"
    detail = Text(
        "L'inscription et la session ne suivent pas la même version du référentiel.",
        "The enrolment and the session stand on different versions of the referential.",
    )


class BlockNotEnrolled(Conflict):
    """The candidate does not aim at the block that this modality assesses."""

    code = "block_not_enrolled"
    detail = Text(
        "Le candidat n'est pas inscrit pour le bloc que cette modalité évalue.",
        "The candidate is not enrolled for the block that this modality assesses.",
    )


class EnrolmentNotOpen(Conflict):
    """The candidate is not admitted yet, or has left: no further session is theirs."""

    code = "enrolment_not_open"
    detail = Text(
        "Le parcours du candidat est « {state} » : il ne peut plus, ou pas encore, être inscrit à une session.",
        "The candidate's enrolment is {state}: it cannot be registered for a session any more, or not yet.",
    )


class NothingToAssess(Conflict):
    """All competencies of the modality are acquired or exempt."""

    code = "nothing_to_assess"
    detail = Text(
        "Toutes les compétences de cette modalité sont acquises ou dispensées.",
        "All competencies of this modality are acquired or exempt.",
    )


class ResultsPending(Conflict):
    """Another session has decided on this modality for the candidate, and its results are not published yet."""

    code = "results_pending"
    detail = Text(
        "Les résultats d'une autre session ne sont pas encore publiés pour cette modalité.",
        "The results of another session are not published yet for this modality.",
    )


class AlreadyRegistered(Conflict):
    """The candidate is on the session's list for this modality."""

    code = "already_registered"
    detail = Text(
        "Le candidat est déjà inscrit à cette modalité de la session.",
        "The candidate is registered for this modality of the session already.",
    )


def visible_registrations(principal: Principal) -> Select[Registration]:
    """The organisation's registrations; for a juror, those of the sessions they sit in."""
    statement = owned(Registration, principal)
    if is_only_juror(principal):
        sessions = visible_sessions(principal).with_only_columns(col(EvaluationSession.id))
        statement = statement.where(col(Registration.session_id).in_(sessions))
    return statement


async def register(
    session: AsyncSession, principal: Principal, new: NewRegistration, *, max_attempts: int | None
) -> Registration:
    """Put a candidate on a session's list for a modality that still has something to assess."""
    held = await locked_session(session, principal, new.session_id)
    require_state(held, SessionState.DRAFT, SessionState.OPEN)
    enrolment = await find(session, KnownEnrolment, new.enrolment_id, principal, for_update=max_attempts is not None)
    if EnrolmentState(enrolment.state) not in REGISTRABLE:
        raise EnrolmentNotOpen(state=enrolment.state)
    if new.modality not in held.modalities:
        raise ModalityNotHeld
    if enrolment.referential_version != held.referential_version:
        raise ReferentialDiffers
    referential = await referential_of(session, held.referential_version)
    if not referential.blocks_of_modality(new.modality) <= set(enrolment.blocks):
        raise BlockNotEnrolled
    await _require_nothing_pending(session, enrolment, new.modality)
    standing = (await standings(session, [enrolment.id]))[enrolment.id]
    if not competencies_to_assess(referential, new.modality, standing):
        raise NothingToAssess
    known = select(Registration).where(
        col(Registration.session_id) == held.id,
        col(Registration.enrolment_id) == enrolment.id,
        col(Registration.modality) == new.modality,
    )
    if (await session.execute(known)).first() is not None:
        raise AlreadyRegistered
    await require_attempt_left(session, enrolment.id, new.modality, max_attempts)
    registration = Registration(
        organisation_id=held.organisation_id,
        session_id=held.id,
        enrolment_id=enrolment.id,
        modality=new.modality,
    )
    session.add(registration)
    return registration


async def _require_nothing_pending(session: AsyncSession, enrolment: KnownEnrolment, modality: str) -> None:
    """A retake is for who knows the results; and what is refused must not tell them."""
    pending = (
        select(col(Registration.id))
        .join(EvaluationSession, col(EvaluationSession.id) == col(Registration.session_id))
        .where(
            col(Registration.enrolment_id) == enrolment.id,
            col(Registration.modality) == modality,
            col(EvaluationSession.state) == SessionState.CLOSED,
            col(EvaluationSession.published_at).is_(None),
        )
    )
    if (await session.execute(pending.limit(1))).first() is not None:
        raise ResultsPending


async def present(
    session: AsyncSession,
    principal: Principal,
    registrations: Sequence[Registration],
    language: Language = "fr",
) -> list[RegistrationView]:
    """These registrations as the API shows them, with what is known around them; a fixed number of queries.

    What the jury deliberates is for the jury, and for the staff that keeps its minutes, until it is published.
    """
    shares_deliberation = principal.has(*JURY, Role.ADMINISTRATOR)
    ids = [registration.id for registration in registrations]
    enrolment_ids = {registration.enrolment_id for registration in registrations}
    rows = await session.execute(select(KnownEnrolment).where(col(KnownEnrolment.id).in_(enrolment_ids)))
    enrolments = {enrolment.id: enrolment for enrolment in rows.scalars()}
    standing = await standings(session, enrolment_ids, published_only=not shares_deliberation)
    sessions = await _sessions(session, {registration.session_id for registration in registrations})
    overrides = await _by_registration(session, Override, ids)
    decisions = await _by_registration(session, Decision, ids)
    attendance = await standing_records(session, ids)
    versions = {enrolment.referential_version for enrolment in enrolments.values()}
    referentials = {version: await referential_of(session, version) for version in versions}
    former = await _former_candidates(session, registrations, enrolments)
    views = []
    for registration in registrations:
        enrolment = enrolments[registration.enrolment_id]
        referential = referentials[enrolment.referential_version]
        stands = standing[enrolment.id]
        known = shares_deliberation or sessions[registration.session_id].published_at is not None
        decided = [row for row in decisions[registration.id] if row.standing and known]
        results = [result_view(row, language) for row in ordered(decided)]
        attended = None if registration.attendance is None else Attendance(registration.attendance)
        signed_in = attendance.get(registration.id)
        to_assess = () if results else competencies_to_assess(referential, registration.modality, stands)
        to_judge = () if results else criteria_to_judge(referential, registration.modality, stands)
        views.append(
            RegistrationView(
                **registration.model_dump(include=set(RegistrationView.model_fields)),
                candidate_id=former.get((enrolment.id, registration.organisation_id), enrolment.candidate_id),
                counts_as_attempt=counts_as_attempt(attended),
                arrived_at=signed_in.arrived_at if signed_in else None,
                late=signed_in.late if signed_in else None,
                measures=[
                    MeasureView.model_validate(measure)
                    for measure in holding(enrolment.measures, sessions[registration.session_id].held_on)
                ],
                assessed_competencies=list(to_assess),
                assessed_criteria=list(to_judge),
                overrides=[
                    OverrideView.model_validate(row)
                    for row in overrides[registration.id]
                    if results or shares_deliberation
                ],
                results=results,
            )
        )
    return views


async def _sessions(session: AsyncSession, session_ids: Collection[UUID]) -> dict[UUID, EvaluationSession]:
    statement = select(EvaluationSession).where(col(EvaluationSession.id).in_(session_ids))
    return {held.id: held for held in (await session.execute(statement)).scalars()}


async def _former_candidates(
    session: AsyncSession, registrations: Sequence[Registration], enrolments: Mapping[UUID, KnownEnrolment]
) -> dict[tuple[UUID, UUID], UUID]:
    """By enrolment and organisation, whom a registration was for that stayed behind when its enrolment moved on."""
    moved = {
        one.enrolment_id for one in registrations if enrolments[one.enrolment_id].organisation_id != one.organisation_id
    }
    if not moved:
        return {}
    rows = await session.execute(select(FormerEnrolment).where(col(FormerEnrolment.enrolment_id).in_(moved)))
    return {(row.enrolment_id, row.organisation_id): row.candidate_id for row in rows.scalars()}


def result_view(decision: Decision, language: Language) -> ResultView:
    """A decision as the API shows it."""
    grounds = decision.grounds
    return ResultView(
        competency=decision.competency,
        outcome=CompetencyOutcome(decision.outcome),
        proposed=CompetencyOutcome(decision.proposed),
        reason=decision.reason,
        number=decision.number,
        explanation=explain(decision.competency, grounds_of(grounds), language) if grounds else None,
    )


async def _by_registration(session: AsyncSession, model: type[T], ids: Sequence[UUID]) -> defaultdict[UUID, list[T]]:
    columns: Any = model
    found: defaultdict[UUID, list[T]] = defaultdict(list)
    for row in (await session.execute(select(model).where(columns.registration_id.in_(ids)))).scalars():
        found[row.registration_id].append(row)  # type: ignore[attr-defined]  # both tables have it
    return found
