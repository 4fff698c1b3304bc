"""Following the candidates service: enrolments, and the productions that go with them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.budget.enrolments.models import KnownEnrolment
from parchemin.budget.estimates.models import Estimate
from parchemin.budget.productions.models import Production
from parchemin.common.clock import utc_now
from parchemin.common.columns import Aggregate
from parchemin.contracts.events.candidates import EnrolmentOpenedV1
from parchemin.contracts.events.enrolments import EnrolmentTransferredV1


async def learn_enrolment(session: AsyncSession, event: EnrolmentOpenedV1) -> None:
    """Productions may be opened for a new enrolment."""
    session.add(
        KnownEnrolment(
            id=event.enrolment_id,
            organisation_id=event.organisation_id,
            candidate_id=event.candidate_id,
        )
    )


async def follow_transfer(session: AsyncSession, event: EnrolmentTransferredV1) -> None:
    """The enrolment's productions are the candidate's work: they go along, with all their estimates.
    Snapshots never change: those that were taken before stay where they were taken."""
    enrolment = await session.get_one(KnownEnrolment, event.enrolment_id, with_for_update=True)
    enrolment.organisation_id, enrolment.candidate_id = event.organisation_id, event.candidate_id
    enrolment.updated_at = utc_now()
    productions = select(col(Production.id)).where(col(Production.enrolment_id) == enrolment.id)
    await _hand_over(session, Production, col(Production.id), productions, event.organisation_id)
    await _hand_over(session, Estimate, col(Estimate.production_id), productions, event.organisation_id)


async def _hand_over(
    session: AsyncSession, model: type[Aggregate], column: Any, productions: Select[UUID], organisation_id: UUID
) -> None:
    columns: Any = model
    await session.execute(
        update(model)
        .where(column.in_(productions))
        .values(organisation_id=organisation_id, updated_at=utc_now(), version=columns.version + 1)
        .execution_options(synchronize_session=False)
    )
