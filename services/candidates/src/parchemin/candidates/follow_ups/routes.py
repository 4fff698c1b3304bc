"""HTTP of follow-ups: the disability officer's, and the candidate's own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.follow_ups import service
from parchemin.candidates.follow_ups.models import FollowUp
from parchemin.candidates.follow_ups.rules import FollowUpState
from parchemin.candidates.follow_ups.schemas import (
    ConsentWithdrawal,
    DisabilityFollowUpRequest,
    DisabilityFollowUpStep,
    DisabilityFollowUpSummary,
    DisabilityFollowUpView,
    NewDisabilityFollowUp,
)
from parchemin.candidates.follow_ups.withdrawal import WithdrawalUnproven, withdraw_consent
from parchemin.candidates.recorded import RecordedReading
from parchemin.common import audit
from parchemin.common.auth import Access, Principal
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems import Gone, NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/disability_follow_ups", tags=["disability_follow_ups"], route_class=TransactionalRoute)
requests = APIRouter(prefix="/v1/disability_requests", tags=["disability_follow_ups"], route_class=TransactionalRoute)

Following = Annotated[Principal, Depends(Access(Role.DISABILITY_OFFICER, scope="candidates:write"))]
Asking = Annotated[Principal, Depends(Access(Role.CANDIDATE, scope="candidates:write"))]
Withdrawing = Annotated[Principal, Depends(Access(Role.CANDIDATE, Role.DISABILITY_OFFICER, scope="candidates:write"))]
Consulting = Annotated[Principal, Depends(Access(Role.DISABILITY_OFFICER, Role.CANDIDATE, scope="candidates:read"))]


@router.post("", status_code=201, responses=documented(NotFound, service.FollowUpExists, service.ConsentImplausible))
async def open_disability_follow_up(
    new: NewDisabilityFollowUp, session: Writing, principal: Following, response: Response
) -> DisabilityFollowUpSummary:
    """Open a candidate's follow-up, on the consent that they signed. Nothing is recorded before it."""
    follow_up = await service.open_follow_up(session, principal, new)
    tag(response, follow_up.version)
    return service.summary(follow_up)


@requests.post("", status_code=201, responses=documented(NotFound, Gone, service.FollowUpExists))
async def request_disability_follow_up(
    entry: DisabilityFollowUpRequest, session: Writing, vault: InstalledVault, principal: Asking, response: Response
) -> DisabilityFollowUpSummary:
    """As a candidate, ask the disability officer for a follow-up, and consent to it."""
    follow_up = await service.request_follow_up(session, vault, principal, entry)
    tag(response, follow_up.version)
    return service.summary(follow_up)


@router.get("")
async def list_disability_follow_ups(
    session: RecordedReading,
    vault: InstalledVault,
    principal: Consulting,
    paging: Paging,
    candidate_id: Annotated[UUID | None, Query(description="Only this candidate's")] = None,
    state: Annotated[FollowUpState | None, Query(description="Only those in this state")] = None,
) -> Page[DisabilityFollowUpSummary]:
    """Follow-ups without their texts: the organisation's, for its disability officer; for a candidate, the own ones.
    That somebody has one tells something, so each reading is recorded."""
    statement = await service.visible_follow_ups(session, vault, principal)
    if candidate_id is not None:
        statement = statement.where(col(FollowUp.candidate_id) == candidate_id)
    if state is not None:
        statement = statement.where(col(FollowUp.state) == state)
    rows = await page_rows(session, statement, FollowUp, paging)
    await audit.record_all(session, principal, "follow_up.listed", rows[: paging.limit])
    return cut(rows, paging, service.summary)


@router.get("/{follow_up_id}", response_model=DisabilityFollowUpView)
async def read_disability_follow_up(
    follow_up_id: UUID,
    session: RecordedReading,
    vault: InstalledVault,
    principal: Consulting,
    request: Request,
    response: Response,
) -> DisabilityFollowUpView | Response:
    """One follow-up, with the candidate's request. Each reading is recorded."""
    follow_up = await service.visible_follow_up(session, vault, principal, follow_up_id)
    if is_unchanged(request, follow_up.version):
        return not_modified(follow_up.version)
    view = await service.read(session, vault, principal, follow_up)
    tag(response, follow_up.version)
    return view


@router.put("/{follow_up_id}/state", responses=documented(service.FollowUpIllegalStep))
async def lead_disability_follow_up(
    follow_up_id: UUID,
    step: DisabilityFollowUpStep,
    session: Writing,
    principal: Following,
    expected: ExpectedVersion,
    response: Response,
) -> DisabilityFollowUpSummary:
    """Take up what a candidate asked for, or close the follow-up. It is not reopened: another one is begun."""
    follow_up = await service.lead(session, principal, follow_up_id, FollowUpState(step.state), expected)
    await session.flush()
    tag(response, follow_up.version)
    return service.summary(follow_up)


@router.post(
    "/{follow_up_id}/withdrawal", responses=documented(NotFound, service.FollowUpIllegalStep, WithdrawalUnproven)
)
async def withdraw_disability_consent(
    follow_up_id: UUID,
    withdrawal: ConsentWithdrawal,
    session: Writing,
    vault: InstalledVault,
    principal: Withdrawing,
    response: Response,
) -> DisabilityFollowUpSummary:
    """Withdraw the consent, whatever was done meanwhile: no `If-Match`. All texts are unreadable from now on, measures
    end with this day, proposals of exemptions are taken back. What was done at earlier sessions stays done."""
    follow_up = await withdraw_consent(session, vault, principal, follow_up_id, withdrawal.reference)
    await session.flush()
    tag(response, follow_up.version)
    return service.summary(follow_up)
