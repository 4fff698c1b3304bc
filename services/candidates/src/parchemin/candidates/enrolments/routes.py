"""HTTP of enrolments."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import ColumnElement
from sqlmodel import col

from parchemin.candidates.enrolments import funding, service, steps
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.schemas import (
    EnrolmentBlocks,
    EnrolmentDates,
    EnrolmentStateChange,
    EnrolmentView,
    Funding,
    FundingView,
    NewEnrolment,
    Version,
)
from parchemin.candidates.identity.routes import Consulting, Recording
from parchemin.candidates.identity.storage import CandidateErased
from parchemin.candidates.referentials.service import ReferentialUnknown
from parchemin.common.auth import Access, Principal
from parchemin.common.clock import day_in, utc_now
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import AccessPath, EnrolmentState, Role

router = APIRouter(prefix="/v1/enrolments", tags=["enrolments"], route_class=TransactionalRoute)


FundingReading = Annotated[
    Principal, Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, Role.CANDIDATE, scope="candidates:read"))
]


@dataclass(frozen=True, slots=True)
class EnrolmentSearch:
    """Which enrolments are looked for; all filters hold."""

    candidate_id: Annotated[UUID | None, Query(description="Only this candidate's")] = None
    state: Annotated[EnrolmentState | None, Query(description="Only those in this state")] = None
    access_path: Annotated[AccessPath | None, Query(description="Only by this access path")] = None
    referential_version: Annotated[Version | None, Query(description="Only on this version")] = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a row has to be."""
        wanted = (
            (col(Enrolment.candidate_id), self.candidate_id),
            (col(Enrolment.state), self.state),
            (col(Enrolment.access_path), self.access_path),
            (col(Enrolment.referential_version), self.referential_version),
        )
        return [column == value for column, value in wanted if value is not None]


@router.post(
    "",
    status_code=201,
    responses=documented(
        NotFound, service.AlreadyEnrolled, service.BlockUnknown, steps.EnrolmentDatesFaulty, ReferentialUnknown
    ),
)
async def open_enrolment(
    new: NewEnrolment, session: Writing, principal: Recording, response: Response
) -> EnrolmentView:
    """Enrol a candidate for all blocks or for some: blocks are capitalised, each stands by itself."""
    enrolment = await service.open_enrolment(session, principal, new)
    tag(response, enrolment.version)
    return EnrolmentView.model_validate(enrolment)


@router.get("")
async def list_enrolments(
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    paging: Paging,
    wanted: Annotated[EnrolmentSearch, Depends()],
) -> Page[EnrolmentView]:
    """The organisation's enrolments; a candidate sees the own ones only."""
    statement = (await service.visible_enrolments(session, vault, principal)).where(*wanted.conditions())
    return await page(session, statement, Enrolment, paging, EnrolmentView.model_validate)


@router.get("/{enrolment_id}", response_model=EnrolmentView)
async def read_enrolment(
    enrolment_id: UUID,
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    request: Request,
    response: Response,
) -> EnrolmentView | Response:
    """One enrolment."""
    visible = await service.visible_enrolments(session, vault, principal)
    enrolment = await one(session, visible, Enrolment, enrolment_id)
    if is_unchanged(request, enrolment.version):
        return not_modified(enrolment.version)
    tag(response, enrolment.version)
    return EnrolmentView.model_validate(enrolment)


@router.put("/{enrolment_id}/blocks", responses=documented(service.BlockUnknown, service.BlocksOnlyAdded))
async def extend_enrolment_blocks(
    enrolment_id: UUID,
    entry: EnrolmentBlocks,
    session: Writing,
    principal: Recording,
    expected: ExpectedVersion,
    response: Response,
) -> EnrolmentView:
    """Have an enrolment aim at further blocks; name all of them."""
    enrolment = await service.extend_blocks(session, principal, enrolment_id, entry.blocks, expected)
    await session.flush()
    tag(response, enrolment.version)
    return EnrolmentView.model_validate(enrolment)


@router.put(
    "/{enrolment_id}/state",
    responses=documented(steps.IllegalEnrolmentStep, steps.EnrolmentEnded, steps.WithdrawalReasonAmiss),
)
async def change_enrolment_state(
    enrolment_id: UUID,
    change: EnrolmentStateChange,
    session: Writing,
    principal: Recording,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> EnrolmentView:
    """Admit a candidate, have the training begin, or record that they left. Whoever comes back is admitted anew to the
    enrolment that they left, with all that was acquired in it."""
    today = day_in(request.app.state.settings.time_zone, utc_now())
    enrolment = await steps.step(session, principal, enrolment_id, change, expected, today)
    await session.flush()
    tag(response, enrolment.version)
    return EnrolmentView.model_validate(enrolment)


@router.put("/{enrolment_id}/dates", responses=documented(steps.EnrolmentDatesFaulty))
async def set_enrolment_dates(
    enrolment_id: UUID,
    dates: EnrolmentDates,
    session: Writing,
    principal: Recording,
    expected: ExpectedVersion,
    response: Response,
) -> EnrolmentView:
    """Replace the dates of an enrolment: a member that is left out is not known any more."""
    enrolment = await steps.set_dates(session, principal, enrolment_id, dates, expected)
    await session.flush()
    tag(response, enrolment.version)
    return EnrolmentView.model_validate(enrolment)


@router.get("/{enrolment_id}/funding", responses=documented(CandidateErased))
async def read_enrolment_funding(
    enrolment_id: UUID, session: Reading, vault: InstalledVault, principal: FundingReading, response: Response
) -> FundingView:
    """Who pays for an enrolment, and under which numbers."""
    visible = await service.visible_enrolments(session, vault, principal)
    enrolment = await one(session, visible, Enrolment, enrolment_id)
    tag(response, enrolment.version)
    return FundingView(enrolment_id=enrolment.id, funding=await funding.funding_of(session, vault, enrolment))


@router.put("/{enrolment_id}/funding", status_code=204, responses=documented(CandidateErased))
async def set_enrolment_funding(
    enrolment_id: UUID,
    entry: Funding,
    session: Writing,
    vault: InstalledVault,
    principal: Recording,
    expected: ExpectedVersion,
    response: Response,
) -> None:
    """Replace what is known of the funding. No social security number is taken."""
    enrolment = await funding.set_funding(session, vault, principal, enrolment_id, entry, expected)
    await session.flush()
    tag(response, enrolment.version)
