"""HTTP of consents."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import col

from parchemin.candidates.identity.storage import CandidateErased
from parchemin.candidates.privacy.access import Consulting, Exercising
from parchemin.candidates.privacy.consents import service
from parchemin.candidates.privacy.consents.models import ConsentEntry
from parchemin.candidates.privacy.consents.schemas import ConsentEntryView, ConsentsView, NewConsentEntry
from parchemin.candidates.privacy.persons import visible_candidate
from parchemin.common.http.conditions import tag
from parchemin.common.http.languages import Spoken
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented

router = APIRouter(prefix="/v1/candidates/{candidate_id}/consents", tags=["privacy"], route_class=TransactionalRoute)


@router.post(
    "",
    status_code=201,
    responses=documented(
        NotFound,
        CandidateErased,
        service.ConsentTextNotCurrent,
        service.ConsentGivenAlready,
        service.ConsentNotGiven,
        service.PaperProofMisplaced,
    ),
)
async def record_consent(
    candidate_id: UUID,
    new: NewConsentEntry,
    session: Writing,
    vault: InstalledVault,
    principal: Exercising,
    response: Response,
) -> ConsentEntryView:
    """Give or withdraw a consent: the person with their own token, or staff for what was signed on paper.

    Nothing is overwritten: each entry stays in the history.
    """
    entry = await service.record_entry(session, vault, principal, candidate_id, new)
    await session.flush()
    tag(response, entry.version)
    return ConsentEntryView.model_validate(entry)


@router.get("")
async def read_consents(
    candidate_id: UUID, session: Reading, vault: InstalledVault, principal: Consulting, language: Spoken
) -> ConsentsView:
    """Where each consent stands, with the text that holds today."""
    candidate = await visible_candidate(session, vault, principal, candidate_id)
    return ConsentsView(candidate_id=candidate.id, items=await service.standings(session, candidate.id, language))


@router.get("/history")
async def list_consent_entries(
    candidate_id: UUID, session: Reading, vault: InstalledVault, principal: Consulting, paging: Paging
) -> Page[ConsentEntryView]:
    """All that was ever given and withdrawn, in the order in which it was recorded."""
    candidate = await visible_candidate(session, vault, principal, candidate_id)
    entries = owned(ConsentEntry, principal).where(col(ConsentEntry.candidate_id) == candidate.id)
    return await page(session, entries, ConsentEntry, paging, ConsentEntryView.model_validate)
