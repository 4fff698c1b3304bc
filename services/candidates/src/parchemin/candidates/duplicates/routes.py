"""HTTP of merges and of the history of a record."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlmodel import col

from parchemin.candidates.duplicates import service
from parchemin.candidates.duplicates.history import recall
from parchemin.candidates.duplicates.models import CandidateChange
from parchemin.candidates.duplicates.schemas import ChangeView, Merge
from parchemin.candidates.identity.schemas import CandidateView
from parchemin.candidates.identity.service import CandidateExists, IdentityImplausible, visible_candidate
from parchemin.candidates.identity.storage import CandidateErased, CandidateMerged
from parchemin.common.auth import Access, Principal
from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import owned
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/candidates", tags=["candidates"], route_class=TransactionalRoute)

Merging = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, scope="candidates:write"))]
Auditing = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, scope="candidates:read"))]


@router.post(
    "/{candidate_id}/merge",
    responses=documented(
        service.MergeWithItself,
        IdentityImplausible,
        service.BothEnrolled,
        service.ErasureAskedFor,
        CandidateExists,
        CandidateErased,
        CandidateMerged,
    ),
)
async def merge_candidates(
    candidate_id: UUID,
    merge: Merge,
    session: Writing,
    vault: InstalledVault,
    principal: Merging,
    expected: ExpectedVersion,
    response: Response,
) -> CandidateView:
    """Make one record of two that are of one person: the duplicate's enrolments become this candidate's, and the
    members named in `take` replace this record's. The duplicate's id answers 410 with the id of this one."""
    candidate, person = await service.merge_candidates(session, vault, principal, candidate_id, merge, expected)
    await session.flush()
    tag(response, candidate.version)
    return CandidateView.of(candidate, person)


@router.get("/{candidate_id}/history", responses=documented(CandidateErased, CandidateMerged))
async def list_changes(
    candidate_id: UUID, session: Reading, vault: InstalledVault, principal: Auditing, paging: Paging
) -> Page[ChangeView]:
    """What the record said before each correction and merge, the oldest first."""
    candidate = await visible_candidate(session, vault, principal, candidate_id)
    statement = owned(CandidateChange, principal).where(col(CandidateChange.candidate_id) == candidate.id)
    rows = await page_rows(session, statement, CandidateChange, paging)
    changes = await recall(session, vault, rows)
    if len(changes) < len(rows):
        raise CandidateErased
    return cut(rows, paging, lambda row: ChangeView.of(row, changes[row.id]))
