"""HTTP of match risks: beforehand, what the national register would stumble over."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import visible_candidate, visible_candidates
from parchemin.candidates.identity.storage import CandidateErased, CandidateMerged, person_of, persons_of
from parchemin.candidates.matching.rules import Level, level_of
from parchemin.candidates.matching.schemas import MatchRiskView
from parchemin.candidates.matching.service import match_risks
from parchemin.common.auth import Access, Principal
from parchemin.common.http.languages import Spoken
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute
from parchemin.common.http.vault import InstalledVault
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1", tags=["match risk"], route_class=TransactionalRoute)

Checking = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, scope="candidates:read"))]


@router.get("/candidates/{candidate_id}/match_risk", responses=documented(CandidateErased, CandidateMerged))
async def read_match_risk(
    candidate_id: UUID, session: Reading, vault: InstalledVault, principal: Checking, language: Spoken
) -> MatchRiskView:
    """What the national register would stumble over, looking this candidate up, with the member to mend."""
    candidate = await visible_candidate(session, vault, principal, candidate_id)
    return MatchRiskView.of(candidate.id, match_risks(await person_of(session, vault, candidate)), language)


@router.get("/match_risks")
async def list_match_risks(
    session: Reading,
    vault: InstalledVault,
    principal: Checking,
    paging: Paging,
    language: Spoken,
    at_least: Annotated[Level, Query(description="Only candidates with a risk of this severity or a graver one")] = (
        Level.LOW
    ),
) -> Page[MatchRiskView]:
    """Candidates at risk, in the order of their last change. Identities are sealed, so each page looks at `limit`
    candidates and shows those at risk: it may show fewer, or none, and still name a next one."""
    rows = await page_rows(session, await visible_candidates(session, vault, principal), Candidate, paging)
    persons = await persons_of(session, vault, rows)
    risks = {candidate_id: match_risks(person) for candidate_id, person in persons.items()}
    looked_at = cut(rows, paging, lambda candidate: candidate.id)
    levels = list(Level)
    return Page(
        items=[
            MatchRiskView.of(candidate_id, risks[candidate_id], language)
            for candidate_id in looked_at.items
            if candidate_id in risks and levels.index(level_of(risks[candidate_id])) >= levels.index(at_least)
        ],
        next_cursor=looked_at.next_cursor,
    )
