"""What is left of exemptions where the candidate withdraws their consent: that they were decided, and by whom."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.rules import ExemptionState
from parchemin.candidates.exemptions.texts import TEXTS
from parchemin.common.clock import utc_now


async def forget_texts(session: AsyncSession, enrolment_ids: Collection[UUID]) -> None:
    """Take out every text, and take back what waits for the certifier: nobody could decide on it any more. What was
    granted stays granted: it is a decision on what is assessed, and says no reason."""
    statement = select(Exemption).where(col(Exemption.enrolment_id).in_(enrolment_ids)).order_by(col(Exemption.id))
    for exemption in (await session.execute(statement.with_for_update())).scalars().all():
        for text in TEXTS:
            setattr(exemption, text, None)
        if exemption.state == ExemptionState.PROPOSED:
            exemption.state = ExemptionState.WITHDRAWN
        exemption.updated_at = utc_now()
