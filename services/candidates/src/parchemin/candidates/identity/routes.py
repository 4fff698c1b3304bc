"""HTTP of candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from parchemin.candidates.identity import service
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.schemas import CandidateEntry, CandidateView
from parchemin.common.auth import Access, Principal
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/candidates", tags=["candidates"], route_class=TransactionalRoute)

Recording = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, scope="candidates:write"))]
Consulting = Annotated[
    Principal,
    Depends(
        Access(
            Role.ADMINISTRATOR,
            Role.CLIENT,
            Role.DISABILITY_OFFICER,
            Role.CANDIDATE,
            scope="candidates:read",
        )
    ),
]


@router.post("", status_code=201, responses=documented(service.CandidateExists, service.IdentityImplausible))
async def record_candidate(
    entry: CandidateEntry, session: Writing, principal: Recording, response: Response
) -> CandidateView:
    """Enter a person whom the organisation presents, with the identity that a diploma will carry."""
    candidate = await service.record_candidate(session, principal, entry)
    tag(response, candidate.version)
    return CandidateView.of(candidate)


@router.get("")
async def list_candidates(session: Reading, principal: Consulting, paging: Paging) -> Page[CandidateView]:
    """The organisation's candidates, in the order of their last change; a candidate sees the own record only."""
    return await page(session, service.visible_candidates(principal), Candidate, paging, CandidateView.of)


@router.get("/{candidate_id}", response_model=CandidateView)
async def read_candidate(
    candidate_id: UUID, session: Reading, principal: Consulting, request: Request, response: Response
) -> CandidateView | Response:
    """One candidate."""
    candidate = await one(session, service.visible_candidates(principal), Candidate, candidate_id)
    if is_unchanged(request, candidate.version):
        return not_modified(candidate.version)
    tag(response, candidate.version)
    return CandidateView.of(candidate)


@router.put("/{candidate_id}", responses=documented(service.CandidateExists, service.IdentityImplausible))
async def correct_candidate(
    candidate_id: UUID,
    entry: CandidateEntry,
    session: Writing,
    principal: Recording,
    expected: ExpectedVersion,
    response: Response,
) -> CandidateView:
    """Replace the record with a corrected one."""
    candidate = await service.correct_candidate(session, principal, candidate_id, entry, expected)
    await session.flush()
    tag(response, candidate.version)
    return CandidateView.of(candidate)
