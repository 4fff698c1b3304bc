"""The entries that hold."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.evaluations.attendance.models import AttendanceRecord


async def standing_records(session: AsyncSession, registration_ids: Collection[UUID]) -> dict[UUID, AttendanceRecord]:
    """The last entry for each of these registrations; none for who was not called."""
    statement = (
        select(AttendanceRecord)
        .where(col(AttendanceRecord.registration_id).in_(registration_ids))
        .order_by(col(AttendanceRecord.number))
    )
    return {record.registration_id: record for record in (await session.execute(statement)).scalars()}
