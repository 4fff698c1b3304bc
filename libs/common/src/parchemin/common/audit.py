"""Who saw and did what, where it matters. Append-only; ids and verbs, never contents."""

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth.principal import Principal
from parchemin.common.clock import utc_now
from parchemin.common.columns import Aggregate
from parchemin.common.tables import audit_entries


async def record(session: AsyncSession, principal: Principal, action: str, about: Aggregate) -> None:
    """Write one entry in the transaction of what it tells of; `action` as `exemption.argument_read`.

    It belongs to the organisation of the object: a school's audit shows what a certifier, who has none, did there.
    """
    await record_all(session, principal, action, [about])


async def record_all(session: AsyncSession, principal: Principal, action: str, about: Sequence[Aggregate]) -> None:
    """As `record`, one entry for each object, by one statement."""
    now = utc_now()
    entries = [
        {
            "at": now,
            "organisation_id": one.organisation_id,
            "actor": principal.subject,
            "action": action,
            "object_kind": action.partition(".")[0],
            "object_id": one.id,
        }
        for one in about
    ]
    if entries:
        await session.execute(insert(audit_entries), entries)
