"""A candidate is erased: whose a production was, and what it was called. Its figures are what was handed in, and name
nobody."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.budget.enrolments.models import KnownEnrolment
from parchemin.budget.productions.models import Production
from parchemin.common.clock import utc_now
from parchemin.common.erasure import forget
from parchemin.contracts.events.erasure import CandidateErasedV1

NO_TITLE = "(titre effacé)"


async def forget_candidate(session: AsyncSession, event: CandidateErasedV1) -> None:
    """Take the owner and the title from the person's productions, and destroy the keys."""
    theirs = select(col(KnownEnrolment.id)).where(col(KnownEnrolment.candidate_id) == event.candidate_id)
    enrolments = list(await session.scalars(theirs))
    blanked = (
        update(Production)
        .where(col(Production.enrolment_id).in_(enrolments))
        .values(
            owner=None,
            owner_subject=None,
            title=NO_TITLE,
            version=col(Production.version) + 1,
            updated_at=utc_now(),
        )
        .returning(col(Production.id))
        .execution_options(synchronize_session=False)
    )
    productions = list(await session.scalars(blanked))
    await forget(session, event.candidate_id, related=[*enrolments, *productions])
