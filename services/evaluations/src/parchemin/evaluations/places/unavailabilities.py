"""HTTP of the times at which jurors are away."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel import col

from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import BeingAway, ReadingAbsences
from parchemin.evaluations.places import service
from parchemin.evaluations.places.models import Unavailability
from parchemin.evaluations.places.schemas import NewUnavailability, UnavailabilityView

router = APIRouter(prefix="/v1/unavailabilities", tags=["unavailabilities"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=documented(NotFound))
async def declare_unavailability(new: NewUnavailability, session: Writing, principal: BeingAway) -> UnavailabilityView:
    """Say when a juror is away: the staff of anyone, a juror of themselves. The reason is not asked for."""
    return UnavailabilityView.model_validate(await service.declare_unavailability(session, principal, new))


@router.get("")
async def list_unavailabilities(
    session: Reading,
    principal: ReadingAbsences,
    paging: Paging,
    juror_id: Annotated[UUID | None, Query(description="Only this juror's")] = None,
) -> Page[UnavailabilityView]:
    """When jurors are away; a juror sees their own."""
    statement = service.visible_unavailabilities(principal)
    if juror_id is not None:
        statement = statement.where(col(Unavailability.juror_id) == juror_id)
    return await page(session, statement, Unavailability, paging, UnavailabilityView.model_validate)


@router.delete("/{unavailability_id}", status_code=204)
async def delete_unavailability(unavailability_id: UUID, session: Writing, principal: BeingAway) -> None:
    """The juror is there after all. An unavailability never changes, so no version is asked for."""
    await service.delete_unavailability(session, principal, unavailability_id)
