"""Every object belongs to one organisation, and nobody of another one learns that it exists."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth.principal import Principal
from parchemin.common.columns import Aggregate
from parchemin.common.problems import NotFound

A = TypeVar("A", bound=Aggregate)


def owned(model: type[A], principal: Principal) -> Select[A]:
    """All of the caller's organisation; of all organisations for who stands above them (`Access` lets no other by)."""
    statement = select(model)
    if principal.organisation_id is not None:
        columns: Any = model
        statement = statement.where(columns.organisation_id == principal.organisation_id)
    return statement


async def one(session: AsyncSession, visible: Select[A], model: type[A], object_id: UUID) -> A:
    """The object, if it is among those visible; 404 alike for a stranger's and for none at all."""
    columns: Any = model
    found: A | None = (await session.execute(visible.where(columns.id == object_id))).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def find(
    session: AsyncSession, model: type[A], object_id: UUID, principal: Principal, *, for_update: bool = False
) -> A:
    """The object, if it is the caller's organisation's; locked until the end of the transaction `for_update`."""
    visible = owned(model, principal)
    return await one(session, visible.with_for_update() if for_update else visible, model, object_id)
