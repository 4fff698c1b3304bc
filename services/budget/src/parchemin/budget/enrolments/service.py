"""Following the candidates service: enrolments."""

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.budget.enrolments.models import KnownEnrolment
from parchemin.contracts.events.candidates import EnrolmentOpenedV1


async def learn_enrolment(session: AsyncSession, event: EnrolmentOpenedV1) -> None:
    """Productions may be opened for a new enrolment."""
    session.add(
        KnownEnrolment(
            id=event.enrolment_id,
            organisation_id=event.organisation_id,
            candidate_id=event.candidate_id,
        )
    )
