"""HTTP of the access log."""

from uuid import UUID

from fastapi import APIRouter
from sqlmodel import col

from parchemin.candidates.privacy.access import Consulting
from parchemin.candidates.privacy.access_log.models import RecordAccess
from parchemin.candidates.privacy.access_log.schemas import RecordAccessView
from parchemin.candidates.privacy.persons import acts_for_themselves, visible_candidate
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import owned
from parchemin.common.paging import Page, Paging, page

router = APIRouter(prefix="/v1/candidates/{candidate_id}/accesses", tags=["privacy"], route_class=TransactionalRoute)


@router.get("")
async def list_accesses(
    candidate_id: UUID, session: Reading, vault: InstalledVault, principal: Consulting, paging: Paging
) -> Page[RecordAccessView]:
    """Who read the person's data here, when, in which role and how; oldest first. The person's own readings are not
    among them, nor what other services show: the downloads of documents and the sheets of jurors."""
    candidate = await visible_candidate(session, vault, principal, candidate_id)
    index = await vault.index(session)
    own = acts_for_themselves(principal)
    accesses = owned(RecordAccess, principal).where(col(RecordAccess.candidate_id) == candidate.id)
    return await page(
        session,
        accesses,
        RecordAccess,
        paging,
        lambda access: RecordAccessView.of(access, index, tell_subject=not own),
    )
