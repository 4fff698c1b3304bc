"""How often a candidate may try a modality."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.language import Text
from parchemin.common.problems import Conflict
from parchemin.contracts.vocabulary import Attendance, SessionState
from parchemin.evaluations.attendance.rules import attempts_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession


class AttemptsExhausted(Conflict):
    """The candidate has used, or is registered for, as many attempts at the modality as there are."""

    code = "attempts_exhausted"
    detail = Text(
        "{maximum} passage(s) au plus pour {modality} : {used} effectué(s), {pending} à venir.",
        "At most {maximum} attempt(s) at {modality}: {used} used, {pending} to come.",
    )


async def require_attempt_left(session: AsyncSession, enrolment_id: UUID, modality: str, maximum: int | None) -> None:
    """Refuse one attempt too many. The caller holds the enrolment, so that two sessions cannot both take the last."""
    if maximum is None:
        return
    statement = (
        select(col(Registration.attendance))
        .join(EvaluationSession, col(EvaluationSession.id) == col(Registration.session_id))
        .where(
            col(Registration.enrolment_id) == enrolment_id,
            col(Registration.modality) == modality,
            col(EvaluationSession.state) != SessionState.CANCELLED,
        )
    )
    found = (await session.execute(statement)).scalars()
    attempts = attempts_of(None if attendance is None else Attendance(attendance) for attendance in found)
    if attempts.exhausted(maximum):
        raise AttemptsExhausted(maximum=maximum, modality=modality, used=attempts.used, pending=attempts.pending)
