"""Who saw and did what, where it matters. Append-only; ids and verbs, never contents."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth.principal import Principal
from parchemin.common.clock import utc_now
from parchemin.common.tables import audit_entries


async def record(session: AsyncSession, principal: Principal, action: str, *, kind: str, object_id: UUID) -> None:
    """Write one entry in the transaction of what it tells of; `action` as `exemption.argument_read`."""
    await session.execute(
        insert(audit_entries).values(
            at=utc_now(),
            organisation_id=principal.organisation_id,
            actor=principal.subject,
            action=action,
            object_kind=kind,
            object_id=object_id,
        )
    )
