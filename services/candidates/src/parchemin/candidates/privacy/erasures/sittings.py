"""Which sessions a person sits at and which are decided, from the evaluations service's events, in whatever order."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.privacy.erasures import rules
from parchemin.candidates.privacy.erasures.models import Sitting
from parchemin.contracts.events.evaluations import ResultsDecidedV1
from parchemin.contracts.events.sessions import CandidateConvenedV1


async def learn_convocation(session: AsyncSession, event: CandidateConvenedV1) -> None:
    """The person is expected at a session; a later convocation may move the day."""
    sitting = await _sitting(session, event.enrolment_id, event.session_id, event.candidate_id)
    sitting.last_on = max((one.starts_at.date() for one in event.appointments), default=None)


async def learn_results(session: AsyncSession, event: ResultsDecidedV1) -> None:
    """The jury decided; the time for an appeal runs."""
    sitting = await _sitting(session, event.enrolment_id, event.session_id, event.candidate_id)
    sitting.decided_on = event.decided_on


async def sittings_of(session: AsyncSession, candidate_id: UUID) -> list[rules.Sitting]:
    """All that is known of."""
    columns = col(Sitting.last_on), col(Sitting.decided_on)
    rows = await session.execute(select(*columns).where(col(Sitting.candidate_id) == candidate_id))
    return [rules.Sitting(last_on, decided_on) for last_on, decided_on in rows]


async def _sitting(session: AsyncSession, enrolment_id: UUID, session_id: UUID, candidate_id: UUID) -> Sitting:
    sitting = await session.get(Sitting, (enrolment_id, session_id), with_for_update=True)
    if sitting is None:
        sitting = Sitting(enrolment_id=enrolment_id, session_id=session_id, candidate_id=candidate_id)
        session.add(sitting)
    return sitting
