"""HTTP of accommodations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.accommodations import service
from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.accommodations.schemas import AccommodationView, Measures, NewAccommodation
from parchemin.common.auth import Access, Principal
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/accommodations", tags=["accommodations"], route_class=TransactionalRoute)

Granting = Annotated[Principal, Depends(Access(Role.DISABILITY_OFFICER, scope="candidates:write"))]
Consulting = Annotated[
    Principal,
    Depends(Access(Role.DISABILITY_OFFICER, Role.ADMINISTRATOR, Role.CANDIDATE, scope="candidates:read")),
]


@router.post("", status_code=201, responses=documented(NotFound, service.AccommodationExists, service.MeasuresFaulty))
async def grant_accommodation(
    new: NewAccommodation, session: Writing, principal: Granting, response: Response
) -> AccommodationView:
    """Grant an enrolment its measures. Those who organise and those who sit hear of them, never of a reason."""
    accommodation = await service.grant(session, principal, new)
    tag(response, accommodation.version)
    return AccommodationView.model_validate(accommodation)


@router.get("")
async def list_accommodations(
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    paging: Paging,
    enrolment_id: Annotated[UUID | None, Query(description="Only this enrolment's")] = None,
) -> Page[AccommodationView]:
    """The measures granted in the organisation; a candidate sees the own ones only."""
    statement = await service.visible_accommodations(session, vault, principal)
    if enrolment_id is not None:
        statement = statement.where(col(Accommodation.enrolment_id) == enrolment_id)
    return await page(session, statement, Accommodation, paging, AccommodationView.model_validate)


@router.get("/{accommodation_id}", response_model=AccommodationView)
async def read_accommodation(
    accommodation_id: UUID,
    session: Reading,
    vault: InstalledVault,
    principal: Consulting,
    request: Request,
    response: Response,
) -> AccommodationView | Response:
    """The measures of one enrolment."""
    visible = await service.visible_accommodations(session, vault, principal)
    accommodation = await one(session, visible, Accommodation, accommodation_id)
    if is_unchanged(request, accommodation.version):
        return not_modified(accommodation.version)
    tag(response, accommodation.version)
    return AccommodationView.model_validate(accommodation)


@router.put("/{accommodation_id}", responses=documented(service.MeasuresFaulty))
async def replace_accommodation(
    accommodation_id: UUID,
    entry: Measures,
    session: Writing,
    principal: Granting,
    expected: ExpectedVersion,
    response: Response,
) -> AccommodationView:
    """Replace the measures of an enrolment."""
    accommodation = await service.replace(session, principal, accommodation_id, entry.measures, expected)
    await session.flush()
    tag(response, accommodation.version)
    return AccommodationView.model_validate(accommodation)
