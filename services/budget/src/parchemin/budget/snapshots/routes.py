"""HTTP of snapshots."""

from uuid import UUID

from fastapi import APIRouter

from parchemin.budget.access import Budgeting, Consulting
from parchemin.budget.snapshots import service
from parchemin.budget.snapshots.models import ProductionSnapshot
from parchemin.budget.snapshots.schemas import SnapshotView
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems.representation import documented

router = APIRouter(
    prefix="/v1/productions/{production_id}/snapshots", tags=["productions"], route_class=TransactionalRoute
)


@router.post("", status_code=201, responses=documented(service.NothingToSnapshot))
async def take_snapshot(production_id: UUID, session: Writing, principal: Budgeting) -> SnapshotView:
    """Keep what the production is budgeted at now, to be handed in as a deliverable: by its approved estimate, or by
    the last version where none is approved. It does not change any more."""
    return service.view(await service.take_snapshot(session, principal, production_id))


@router.get("")
async def list_snapshots(
    production_id: UUID, session: Reading, principal: Consulting, paging: Paging
) -> Page[SnapshotView]:
    """The snapshots of a production; a candidate sees those of the own ones."""
    statement = await service.snapshots_of(session, principal, production_id)
    return await page(session, statement, ProductionSnapshot, paging, service.view)
