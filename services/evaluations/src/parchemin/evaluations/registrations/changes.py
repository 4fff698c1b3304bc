"""Telling clients that a registration shows something else, though its own row holds no more than before."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.clock import utc_now
from parchemin.evaluations.registrations.models import Registration


async def mark_registrations_changed(session: AsyncSession, enrolment_ids: Collection[UUID]) -> None:
    """Measures, results or what is left to assess changed for these enrolments: `updated_since` and ETags say so.

    The caller holds the locks of these enrolments.
    """
    await session.execute(
        update(Registration)
        .where(col(Registration.enrolment_id).in_(enrolment_ids))
        .values(updated_at=utc_now(), version=col(Registration.version) + 1)
        .execution_options(synchronize_session=False)
    )
