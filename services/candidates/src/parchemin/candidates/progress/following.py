"""Where enrolments stand, by what was heard and what was decided here; and what follows from it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments import rules as life
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.steps import enter_state
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.rules import ExemptionState
from parchemin.candidates.progress.facts import Own
from parchemin.candidates.progress.recording import heard_of
from parchemin.candidates.progress.rules import is_complete
from parchemin.candidates.recognitions.models import Recognition
from parchemin.candidates.recognitions.rules import RecognitionState
from parchemin.common.clock import utc_now
from parchemin.contracts.vocabulary import EnrolmentState


async def follow(session: AsyncSession, enrolment: Enrolment) -> None:
    """Have the enrolment, which the caller holds, be completed, or active again, as what is known asks for."""
    await session.flush()
    own = (await own_of(session, [enrolment]))[enrolment.id]
    heard = (await heard_of(session, [enrolment.id]))[enrolment.id]
    wanted = life.following_state(EnrolmentState(enrolment.state), is_complete=is_complete(own, heard))
    if wanted is not None:
        await enter_state(session, enrolment, wanted, utc_now().date())


async def own_of(session: AsyncSession, enrolments: Collection[Enrolment]) -> dict[UUID, Own]:
    """What this service decided itself about each of these enrolments."""
    ids = [enrolment.id for enrolment in enrolments]
    granted = select(col(Exemption.enrolment_id), col(Exemption.competency)).where(
        col(Exemption.enrolment_id).in_(ids), col(Exemption.state) == ExemptionState.GRANTED
    )
    exemptions = [(enrolment_id, code) for enrolment_id, code in await session.execute(granted)]
    statement = select(Recognition).where(
        col(Recognition.enrolment_id).in_(ids), col(Recognition.state) == RecognitionState.RECOGNISED
    )
    recognitions = (await session.execute(statement)).scalars().all()
    return {
        enrolment.id: Own(
            aimed=frozenset(enrolment.blocks),
            exempt=frozenset(code for enrolment_id, code in exemptions if enrolment_id == enrolment.id),
            recognised={
                row.block: row.decided_on
                for row in recognitions
                if row.enrolment_id == enrolment.id and row.decided_on is not None
            },
        )
        for enrolment in enrolments
    }
