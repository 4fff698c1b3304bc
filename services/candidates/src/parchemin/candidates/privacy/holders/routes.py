"""HTTP of the register of certified holders."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.privacy.access import KeepingRegister
from parchemin.candidates.privacy.access_log.rules import AccessKind
from parchemin.candidates.privacy.access_log.service import record_access
from parchemin.candidates.privacy.holders import service
from parchemin.candidates.privacy.holders.models import CertifiedHolder
from parchemin.candidates.privacy.holders.schemas import HolderSummary, HolderView
from parchemin.common import audit
from parchemin.common.database import Database
from parchemin.common.http.conditions import tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page

router = APIRouter(prefix="/v1/certified_holders", tags=["privacy"], route_class=TransactionalRoute)


@router.get("")
async def list_certified_holders(
    session: Reading,
    principal: KeepingRegister,
    paging: Paging,
    register_number: Annotated[str | None, Query(max_length=20, description="Only this one")] = None,
) -> Page[HolderSummary]:
    """The register, without names: for the certifier."""
    statement = owned(CertifiedHolder, principal)
    if register_number is not None:
        statement = statement.where(col(CertifiedHolder.register_number) == register_number)
    return await page(session, statement, CertifiedHolder, paging, HolderSummary.model_validate)


@router.get("/{holder_id}")
async def read_certified_holder(
    holder_id: UUID, vault: InstalledVault, principal: KeepingRegister, request: Request, response: Response
) -> HolderView:
    """Who holds a certification: what the law has kept, also of a person whose other data was erased. Each reading is
    recorded."""
    database: Database = request.app.state.database
    async with database.transaction() as session:
        holder = await find(session, CertifiedHolder, holder_id, principal)
        await audit.record(session, principal, "certified_holder.read", holder)
        person = holder.organisation_id, holder.candidate_id
        await record_access(session, principal, AccessKind.REGISTER, person)
        identity = await service.identity_of(session, vault, holder)
    tag(response, holder.version)
    return HolderView(**HolderSummary.model_validate(holder).model_dump(), identity=identity)
