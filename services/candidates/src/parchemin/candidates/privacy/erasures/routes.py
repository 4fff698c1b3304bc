"""HTTP of erasure."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.privacy.access import Consulting, Deciding, Exercising
from parchemin.candidates.privacy.erasures import service
from parchemin.candidates.privacy.erasures.models import Erasure
from parchemin.candidates.privacy.erasures.rules import ErasureState
from parchemin.candidates.privacy.erasures.schemas import ErasureConsequences, ErasureRuling, ErasureView
from parchemin.candidates.privacy.persons import visible_candidate
from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.languages import Spoken
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented

of_candidates = APIRouter(
    prefix="/v1/candidates/{candidate_id}/erasure", tags=["privacy"], route_class=TransactionalRoute
)
router = APIRouter(prefix="/v1/erasures", tags=["privacy"], route_class=TransactionalRoute)


@of_candidates.get("")
async def preview_erasure(
    candidate_id: UUID,
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    language: Spoken,
    request: Request,
) -> ErasureConsequences:
    """What an erasure of this person would do: what goes, what the law has kept and why, what it has to wait for."""
    candidate = await visible_candidate(session, vault, principal, candidate_id)
    stays, waits = await service.consequences(session, candidate.id, request.app.state.settings.patience)
    standing = await service.standing_erasure(session, candidate.id)
    return ErasureConsequences.of(candidate.id, stays, waits, standing, language)


@of_candidates.post(
    "",
    status_code=201,
    responses={**documented(NotFound), 200: {"model": ErasureView, "description": "Asked for already, or done"}},
)
async def request_erasure(
    candidate_id: UUID, session: Writing, vault: InstalledVault, principal: Exercising, response: Response
) -> ErasureView:
    """Ask for the erasure: the person for themselves, or staff for who wrote to the school. Nothing is erased before
    the administrator has approved it. Where a request stands already, or the person is erased, nothing changes."""
    erasure, is_new = await service.request_erasure(session, vault, principal, candidate_id)
    await session.flush()
    if not is_new:
        response.status_code = 200
    tag(response, erasure.version)
    return ErasureView.model_validate(erasure)


@router.get("")
async def list_erasures(
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    paging: Paging,
    state: Annotated[ErasureState | None, Query(description="Only those in this state")] = None,
) -> Page[ErasureView]:
    """Requests for erasure: the organisation's, or one's own."""
    statement = await service.visible_erasures(session, vault, principal)
    if state is not None:
        statement = statement.where(col(Erasure.state) == state)
    return await page(session, statement, Erasure, paging, ErasureView.model_validate)


@router.get("/{erasure_id}")
async def read_erasure(
    erasure_id: UUID, session: Reading, vault: InstalledVault, principal: Consulting, response: Response
) -> ErasureView:
    """One request."""
    erasure = await one(session, await service.visible_erasures(session, vault, principal), Erasure, erasure_id)
    tag(response, erasure.version)
    return ErasureView.model_validate(erasure)


@router.put("/{erasure_id}/decision", responses=documented(service.IllegalErasureStep))
async def decide_erasure(
    erasure_id: UUID,
    ruling: ErasureRuling,
    session: Writing,
    principal: Deciding,
    expected: ExpectedVersion,
    response: Response,
) -> ErasureView:
    """Approve or refuse. What is approved is done by itself, at once or when nothing holds it up any more; until then
    it can still be refused."""
    erasure = await service.decide_erasure(session, principal, erasure_id, ruling.refusal_ground, expected)
    await session.flush()
    tag(response, erasure.version)
    return ErasureView.model_validate(erasure)
