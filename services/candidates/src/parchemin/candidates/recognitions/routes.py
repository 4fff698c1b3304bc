"""HTTP of recognitions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.enrolments.service import BlockUnknown
from parchemin.candidates.identity.storage import CandidateErased
from parchemin.candidates.recognitions import obstacles, service
from parchemin.candidates.recognitions.models import Recognition
from parchemin.candidates.recognitions.rules import RecognitionState
from parchemin.candidates.recognitions.schemas import (
    NewRecognition,
    RecognitionRuling,
    RecognitionSummary,
    RecognitionView,
)
from parchemin.common.auth import Access, Principal
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/recognitions", tags=["recognitions"], route_class=TransactionalRoute)

_CLAIMANTS = (Role.ADMINISTRATOR, Role.CLIENT, Role.CANDIDATE)
Claiming = Annotated[Principal, Depends(Access(*_CLAIMANTS, scope="candidates:write"))]
Deciding = Annotated[Principal, Depends(Access(Role.CERTIFIER, scope="candidates:write"))]
Consulting = Annotated[Principal, Depends(Access(*_CLAIMANTS, Role.CERTIFIER, scope="candidates:read"))]


@router.post(
    "",
    status_code=201,
    responses=documented(
        NotFound,
        CandidateErased,
        BlockUnknown,
        obstacles.EnrolmentNotRunning,
        obstacles.RecognitionExists,
        obstacles.BlockValidatedAlready,
        obstacles.NoBlockLeftToAssess,
    ),
)
async def claim_recognition(
    new: NewRecognition, session: Writing, vault: InstalledVault, principal: Claiming, response: Response
) -> RecognitionSummary:
    """Claim that a block was obtained elsewhere or earlier; the certifier decides. The answer, which may be stored for
    an idempotent repeat, does not say the proof again."""
    recognition = await service.claim(session, vault, principal, new)
    tag(response, recognition.version)
    return RecognitionSummary.model_validate(recognition)


@router.get("")
async def list_recognitions(
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    paging: Paging,
    enrolment_id: Annotated[UUID | None, Query(description="Only this enrolment's")] = None,
    state: Annotated[RecognitionState | None, Query(description="Only those in this state")] = None,
) -> Page[RecognitionSummary]:
    """Recognised and claimed blocks without their proofs: the organisation's; a candidate's own; all for the
    certifier."""
    statement = await service.visible_recognitions(session, vault, principal)
    if enrolment_id is not None:
        statement = statement.where(col(Recognition.enrolment_id) == enrolment_id)
    if state is not None:
        statement = statement.where(col(Recognition.state) == state)
    return await page(session, statement, Recognition, paging, RecognitionSummary.model_validate)


@router.get("/{recognition_id}", response_model=RecognitionView, responses=documented(CandidateErased))
async def read_recognition(
    recognition_id: UUID,
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    request: Request,
    response: Response,
) -> RecognitionView | Response:
    """One recognition with its proof and the reason of the decision."""
    visible = await service.visible_recognitions(session, vault, principal)
    recognition = await one(session, visible, Recognition, recognition_id)
    if is_unchanged(request, recognition.version):
        return not_modified(recognition.version)
    view = await service.read(session, vault, recognition)
    tag(response, recognition.version)
    return view


@router.put(
    "/{recognition_id}/decision",
    responses=documented(
        CandidateErased,
        obstacles.EnrolmentNotRunning,
        obstacles.BlockValidatedAlready,
        obstacles.NoBlockLeftToAssess,
        obstacles.RecognitionDecided,
        obstacles.ClaimantDecides,
    ),
)
async def decide_recognition(
    recognition_id: UUID,
    ruling: RecognitionRuling,
    session: Writing,
    vault: InstalledVault,
    principal: Deciding,
    expected: ExpectedVersion,
    response: Response,
) -> RecognitionSummary:
    """Recognise a block or refuse it, with a reason. Final."""
    recognition = await service.decide(session, vault, principal, recognition_id, ruling, expected)
    await session.flush()
    tag(response, recognition.version)
    return RecognitionSummary.model_validate(recognition)


@router.put("/{recognition_id}/withdrawal", responses=documented(obstacles.RecognitionDecided))
async def withdraw_recognition(
    recognition_id: UUID,
    session: Writing,
    vault: InstalledVault,
    principal: Claiming,
    expected: ExpectedVersion,
    response: Response,
) -> RecognitionSummary:
    """Take a claim back before the certifier decides."""
    recognition = await service.withdraw(session, vault, principal, recognition_id, expected)
    await session.flush()
    tag(response, recognition.version)
    return RecognitionSummary.model_validate(recognition)
