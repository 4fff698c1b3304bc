"""HTTP of transfers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.identity.routes import Recording
from parchemin.candidates.identity.storage import CandidateErased
from parchemin.candidates.transfers import obstacles, service
from parchemin.candidates.transfers.models import Transfer
from parchemin.candidates.transfers.rules import TransferState
from parchemin.candidates.transfers.schemas import NewTransfer, TransferStep, TransferView
from parchemin.common.auth import Access, Principal
from parchemin.common.clock import day_in, utc_now
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/transfers", tags=["transfers"], route_class=TransactionalRoute)

_PARTIES = (Role.ADMINISTRATOR, Role.CLIENT, Role.CANDIDATE)
Stepping = Annotated[Principal, Depends(Access(*_PARTIES, scope="candidates:write"))]
Consulting = Annotated[Principal, Depends(Access(*_PARTIES, scope="candidates:read"))]


@router.post(
    "",
    status_code=201,
    responses=documented(
        NotFound,
        obstacles.ReceiverUnknown,
        obstacles.TransferToItself,
        obstacles.EnrolmentNotTransferable,
        obstacles.TransferUnderWay,
        obstacles.SessionPending,
    ),
)
async def propose_transfer(
    new: NewTransfer, session: Writing, principal: Recording, response: Response
) -> TransferView:
    """Propose an enrolment to another school, which sees it once the candidate has consented."""
    transfer = await service.propose(session, principal, new)
    tag(response, transfer.version)
    return TransferView.model_validate(transfer)


@router.get("")
async def list_transfers(
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    paging: Paging,
    state: Annotated[TransferState | None, Query(description="Only those in this state")] = None,
    enrolment_id: Annotated[UUID | None, Query(description="Only this enrolment's")] = None,
) -> Page[TransferView]:
    """Transfers that the school proposed, and those that are offered to it; a candidate sees the own ones."""
    statement = await service.visible_transfers(session, vault, principal)
    if state is not None:
        statement = statement.where(col(Transfer.state) == state)
    if enrolment_id is not None:
        statement = statement.where(col(Transfer.enrolment_id) == enrolment_id)
    return await page(session, statement, Transfer, paging, TransferView.model_validate)


@router.get("/{transfer_id}", response_model=TransferView)
async def read_transfer(
    transfer_id: UUID,
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    request: Request,
    response: Response,
) -> TransferView | Response:
    """One transfer."""
    transfer = await one(session, await service.visible_transfers(session, vault, principal), Transfer, transfer_id)
    if is_unchanged(request, transfer.version):
        return not_modified(transfer.version)
    tag(response, transfer.version)
    return TransferView.model_validate(transfer)


@router.put(
    "/{transfer_id}/state",
    responses=documented(
        CandidateErased,
        obstacles.IllegalTransferStep,
        obstacles.ConsentAmiss,
        obstacles.EnrolmentNotTransferable,
        obstacles.SessionPending,
        obstacles.EnrolledThereAlready,
    ),
)
async def change_transfer_state(
    transfer_id: UUID,
    change: TransferStep,
    session: Writing,
    vault: InstalledVault,
    principal: Stepping,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> TransferView:
    """Consent, decline, withdraw or complete, each by whose step it is. Once completed the enrolment is the receiving
    school's, under the same id."""
    today = day_in(request.app.state.settings.time_zone, utc_now())
    transfer = await service.step(session, vault, principal, transfer_id, change, expected, today)
    await session.flush()
    tag(response, transfer.version)
    return TransferView.model_validate(transfer)
