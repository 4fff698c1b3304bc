"""Use cases about appeals: filed within a time limit, instructed by the staff, ruled on by the certifier."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.ownership import one, owned
from parchemin.common.problems import Conflict, FieldFault, NotFound, Unprocessable
from parchemin.contracts.vocabulary import CompetencyOutcome, Role
from parchemin.evaluations.access import is_only_candidate
from parchemin.evaluations.appeals.models import Appeal
from parchemin.evaluations.appeals.rules import OPEN, AppealState, last_day, may_be_ruled_on, may_become
from parchemin.evaluations.appeals.schemas import AppealView, DecisionView, NewAppeal
from parchemin.evaluations.clock import day_in
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.enrolments.candidates import own_enrolments
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.erasure.texts import Opener, opener, sealed_text
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.settings import Settings


class ResultsNotPublished(Conflict):
    """There is nothing to appeal against yet."""

    code = "results_not_published"
    detail = Text("Les résultats ne sont pas publiés.", "The results are not published.")


class AppealTooLate(Conflict):
    """The time limit has passed."""

    code = "appeal_too_late"
    detail = Text("Le délai de recours est échu depuis le {day}.", "The time limit for an appeal ended on {day}.")


class AppealOpen(Conflict):
    """One appeal at a time, for a registration."""

    code = "appeal_open"
    detail = Text("Un recours est déjà en cours : {appeal_id}.", "An appeal is under way already: {appeal_id}.")


class NotContestable(Unprocessable):
    """The session did not assess this competency: it is kept, exempt, or of another modality."""

    code = "not_contestable"
    detail = Text(
        "Cette compétence n'a pas été évaluée dans cette inscription.",
        "This competency was not assessed in this registration.",
    )


class IllegalAppealStep(Conflict):
    """An appeal does not go from this state to that one."""

    code = "illegal_appeal_step"
    detail = Text(
        "Un recours « {state} » ne peut pas devenir « {wanted} ».",
        "An appeal that is {state} cannot become {wanted}.",
    )


def visible_appeals(principal: Principal) -> Select[Appeal]:
    """The organisation's, all for the certifier, their own for a candidate."""
    statement = owned(Appeal, principal)
    if is_only_candidate(principal):
        statement = statement.where(col(Appeal.enrolment_id).in_(own_enrolments(principal)))
    return statement


async def file(session: AsyncSession, principal: Principal, new: NewAppeal, settings: Settings) -> Appeal:
    """File an appeal: the candidate, or the staff that received it."""
    registration = await _contested(session, principal, new.registration_id)
    held = await session.get_one(EvaluationSession, registration.session_id)
    if held.published_at is None:
        raise ResultsNotPublished
    end = last_day(day_in(settings.time_zone, held.published_at), settings.appeal_days)
    if day_in(settings.time_zone, utc_now()) > end:
        raise AppealTooLate(day=end)
    assessed = {decision.competency for decision in await standing_decisions(session, registration.id)}
    for index, code in enumerate(new.competencies):
        if code not in assessed or code in new.competencies[:index]:
            text = Text("Compétence non évaluée, ou nommée deux fois.", "Not assessed, or named twice.")
            raise NotContestable(faults=[FieldFault(f"/competencies/{index}", NotContestable.code, text)])
    under_way = select(col(Appeal.id)).where(
        col(Appeal.registration_id) == registration.id, col(Appeal.state).in_(sorted(OPEN))
    )
    other = await session.scalar(under_way)
    if other is not None:
        raise AppealOpen(appeal_id=other)
    candidate_id = (await session.get_one(KnownEnrolment, registration.enrolment_id)).candidate_id
    appeal_id = new_id()
    appeal = Appeal(
        id=appeal_id,
        organisation_id=registration.organisation_id,
        registration_id=registration.id,
        session_id=registration.session_id,
        enrolment_id=registration.enrolment_id,
        competencies=new.competencies,
        sealed_for=candidate_id,
        grounds=await sealed_text(session, candidate_id, new.grounds, place=text_place("grounds", appeal_id)),
        filed_by=str(candidate_id) if is_only_candidate(principal) else principal.subject,
    )
    session.add(appeal)
    return appeal


async def instruct(session: AsyncSession, principal: Principal, appeal_id: UUID, report: str, expected: int) -> Appeal:
    """Write down what the staff found, once or again, until the ruling."""
    appeal = await locked_appeal(session, principal, appeal_id, expected)
    if appeal.state != AppealState.INSTRUCTED:
        enter_state(appeal, AppealState.INSTRUCTED)
    appeal.report = await sealed_text(session, appeal.sealed_for, report, place=text_place("report", appeal.id))
    appeal.updated_at = utc_now()
    return appeal


async def withdraw(session: AsyncSession, principal: Principal, appeal_id: UUID, expected: int) -> Appeal:
    """Take an appeal back before it is ruled on."""
    appeal = await locked_appeal(session, principal, appeal_id, expected)
    enter_state(appeal, AppealState.WITHDRAWN)
    return appeal


async def locked_appeal(session: AsyncSession, principal: Principal, appeal_id: UUID, expected: int) -> Appeal:
    """The appeal as the caller may see it, held, at the version that they read."""
    appeal = await one(session, visible_appeals(principal).with_for_update(), Appeal, appeal_id)
    require_version(appeal, expected)
    return appeal


def enter_state(appeal: Appeal, wanted: AppealState) -> None:
    """Take a step, if an appeal takes it."""
    if not may_become(AppealState(appeal.state), wanted):
        raise IllegalAppealStep(state=appeal.state, wanted=wanted)
    appeal.state, appeal.updated_at = wanted, utc_now()


async def standing_decisions(session: AsyncSession, registration_id: UUID) -> list[Decision]:
    """What holds for what was assessed in a registration."""
    statement = select(Decision).where(col(Decision.registration_id) == registration_id, col(Decision.standing))
    decisions = (await session.execute(statement)).scalars()
    return [decision for decision in decisions if may_be_ruled_on(CompetencyOutcome(decision.outcome))]


async def views(session: AsyncSession, principal: Principal, appeals: Sequence[Appeal]) -> list[AppealView]:
    """These appeals as the API shows them; one query for their decisions."""
    registrations = [appeal.registration_id for appeal in appeals]
    statement = select(Decision).where(col(Decision.registration_id).in_(registrations)).order_by(col(Decision.number))
    decided: defaultdict[UUID, list[Decision]] = defaultdict(list)
    for decision in (await session.execute(statement)).scalars():
        decided[decision.registration_id].append(decision)
    opened = await opener(session, [appeal.sealed_for for appeal in appeals])
    return [_view(principal, appeal, decided[appeal.registration_id], opened) for appeal in appeals]


def text_place(column: str, appeal_id: UUID) -> str:
    """What a sealed text of an appeal belongs to."""
    return f"appeals.{column}:{appeal_id}"


def _view(principal: Principal, appeal: Appeal, decided: Sequence[Decision], opened: Opener) -> AppealView:
    shown = appeal.model_dump(include=set(AppealView.model_fields) - {"grounds", "report"})
    for name, sealed in (("grounds", appeal.grounds), ("report", appeal.report)):
        shown[name] = opened(appeal.sealed_for, sealed, text_place(name, appeal.id))
    if is_only_candidate(principal) and appeal.ruled_at is None:
        shown["report"] = None
    return AppealView(
        **shown,
        decisions=[
            DecisionView(
                competency=decision.competency,
                number=decision.number,
                outcome=CompetencyOutcome(decision.outcome),
                decided_on=decision.decided_on,
                standing=decision.standing,
            )
            for decision in decided
            if decision.competency in appeal.competencies
        ],
    )


async def _contested(session: AsyncSession, principal: Principal, registration_id: UUID) -> Registration:
    statement = owned(Registration, principal).where(col(Registration.id) == registration_id)
    if not principal.has(Role.ADMINISTRATOR):
        statement = statement.where(col(Registration.enrolment_id).in_(own_enrolments(principal)))
    registration = (await session.execute(statement.with_for_update())).scalar_one_or_none()
    if registration is None:
        raise NotFound
    return registration
