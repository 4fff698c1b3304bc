"""HTTP of accommodations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.accommodations import reviews, service
from parchemin.candidates.accommodations.models import Accommodation, AccommodationReview, KnownConvocation
from parchemin.candidates.accommodations.schemas import (
    AccommodationView,
    DueReview,
    Measures,
    NewAccommodation,
    ReviewEntry,
    ReviewView,
)
from parchemin.candidates.follow_ups.service import ConsentMissing
from parchemin.common.auth import Access, Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import find, one, owned
from parchemin.common.paging import Page, Paging, cut, page, page_rows
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/accommodations", tags=["accommodations"], route_class=TransactionalRoute)

Granting = Annotated[Principal, Depends(Access(Role.DISABILITY_OFFICER, scope="candidates:write"))]
Reviewing = Annotated[Principal, Depends(Access(Role.DISABILITY_OFFICER, scope="candidates:read"))]
Consulting = Annotated[
    Principal,
    Depends(Access(Role.DISABILITY_OFFICER, Role.ADMINISTRATOR, Role.CANDIDATE, scope="candidates:read")),
]


@router.post(
    "",
    status_code=201,
    responses=documented(NotFound, service.AccommodationExists, service.MeasuresFaulty, ConsentMissing),
)
async def grant_accommodation(
    new: NewAccommodation, session: Writing, principal: Granting, request: Request, response: Response
) -> AccommodationView:
    """Grant an enrolment its measures, on an open follow-up. Those who organise and those who sit hear of them, never
    of a reason."""
    accommodation = await service.grant(session, principal, new, request.app.state.settings.medical_stems)
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


@router.get("/reviews/due")
async def list_due_reviews(session: Reading, principal: Reviewing, paging: Paging) -> Page[DueReview]:
    """Sessions to come, to which somebody is convened whose measures were not reviewed for them."""
    statement = reviews.due_reviews(principal, utc_now().date())
    rows = await page_rows(session, statement, KnownConvocation, paging)
    shown = await reviews.present_due(session, rows)
    return cut(rows, paging, lambda row: shown[row.id])


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


@router.put("/{accommodation_id}", responses=documented(service.MeasuresFaulty, ConsentMissing))
async def replace_accommodation(
    accommodation_id: UUID,
    entry: Measures,
    session: Writing,
    principal: Granting,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> AccommodationView:
    """Replace the measures of an enrolment."""
    stems = request.app.state.settings.medical_stems
    accommodation = await service.replace(session, principal, accommodation_id, entry.measures, expected, stems)
    await session.flush()
    tag(response, accommodation.version)
    return AccommodationView.model_validate(accommodation)


@router.get("/{accommodation_id}/reviews")
async def list_accommodation_reviews(
    accommodation_id: UUID, session: Reading, principal: Reviewing, paging: Paging
) -> Page[ReviewView]:
    """For which sessions the measures were reviewed, and when."""
    accommodation = await find(session, Accommodation, accommodation_id, principal)
    statement = owned(AccommodationReview, principal).where(
        col(AccommodationReview.accommodation_id) == accommodation.id
    )
    return await page(session, statement, AccommodationReview, paging, ReviewView.model_validate)


@router.put("/{accommodation_id}/reviews/{session_id}", responses=documented(service.MeasuresFaulty, ConsentMissing))
async def review_accommodation(
    accommodation_id: UUID,
    session_id: UUID,
    entry: ReviewEntry,
    session: Writing,
    principal: Granting,
    expected: ExpectedVersion,
    request: Request,
    response: Response,
) -> ReviewView:
    """Confirm the measures for a session, or adjust them: what was read is what is confirmed, so `If-Match` names the
    plan's version. The answer's `ETag` is the plan's."""
    stems = request.app.state.settings.medical_stems
    reviewed, accommodation = await reviews.review(
        session, principal, accommodation_id, session_id, entry, expected, stems
    )
    await session.flush()
    tag(response, accommodation.version)
    return ReviewView.model_validate(reviewed)
