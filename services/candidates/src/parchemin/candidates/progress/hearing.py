"""The facts about outcomes as they come: each is kept, then what follows from it is done."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.equivalences.service import recognise_equivalents
from parchemin.candidates.progress.following import follow
from parchemin.candidates.progress.recording import RECORDERS


async def learn_outcome(session: AsyncSession, event: Any) -> None:
    """Keep a fact about an outcome, and do what follows from it."""
    await RECORDERS[type(event)](session, event)
    enrolment_id: UUID | None = getattr(event, "enrolment_id", None)
    if enrolment_id is None:
        return
    whose = select(col(Enrolment.candidate_id)).where(col(Enrolment.id) == enrolment_id).scalar_subquery()
    statement = select(Enrolment).where(col(Enrolment.candidate_id) == whose).order_by(col(Enrolment.id))
    # all of the candidate's, in the order of their ids: what is validated in one may be recognised in another
    enrolments = {row.id: row for row in (await session.execute(statement.with_for_update())).scalars()}
    if enrolment_id in enrolments:
        await follow(session, enrolments[enrolment_id])
        await recognise_equivalents(session, enrolments[enrolment_id].candidate_id)
