"""Use cases about snapshots: what a production is budgeted at now is kept, and other services are told."""

from uuid import UUID

from sqlalchemy import Select, case, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.budget.estimates.models import Estimate
from parchemin.budget.estimates.rules import EstimateState
from parchemin.budget.estimates.views import lines_of, sums_by_chapter, totals_of
from parchemin.budget.productions.models import Production
from parchemin.budget.productions.service import locked_production, visible_productions
from parchemin.budget.snapshots.models import ProductionSnapshot
from parchemin.budget.snapshots.rules import figures_of
from parchemin.budget.snapshots.schemas import SnapshotView
from parchemin.common.auth import Principal
from parchemin.common.canonical import canonical_digest
from parchemin.common.clock import utc_now
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import one, owned
from parchemin.common.problems import Conflict
from parchemin.contracts.events.budget import ProductionSnapshotTakenV1


class NothingToSnapshot(Conflict):
    """The production has no estimate."""

    code = "nothing_to_snapshot"
    detail = Text("La production n'a pas de devis.", "The production has no estimate.")


async def take_snapshot(session: AsyncSession, principal: Principal, production_id: UUID) -> ProductionSnapshot:
    """Keep what the production is budgeted at now: by its approved estimate, or by the last one where none is."""
    production = await locked_production(session, principal, production_id)
    estimate = await _estimate(session, production)
    chapters = sums_by_chapter(production, await lines_of(session, estimate))
    figures = figures_of(
        currency=production.currency,
        estimate_id=estimate.id,
        estimate_version=estimate.number,
        chapters=chapters,
        totals=totals_of(estimate, chapters),
    )
    snapshot = ProductionSnapshot(
        organisation_id=production.organisation_id,
        production_id=production.id,
        enrolment_id=production.enrolment_id,
        taken_at=utc_now(),
        figures=figures,
        sha256=canonical_digest(figures),
    )
    session.add(snapshot)
    await publish(
        session,
        ProductionSnapshotTakenV1(
            snapshot_id=snapshot.id,
            **snapshot.model_dump(include={"production_id", "organisation_id", "enrolment_id", "taken_at", "sha256"}),
            **figures,
        ),
    )
    return snapshot


async def snapshots_of(session: AsyncSession, principal: Principal, production_id: UUID) -> Select[ProductionSnapshot]:
    """The snapshots of a production that the caller may see."""
    production = await one(session, visible_productions(principal), Production, production_id)
    return owned(ProductionSnapshot, principal).where(col(ProductionSnapshot.production_id) == production.id)


def view(snapshot: ProductionSnapshot) -> SnapshotView:
    """A snapshot as the API shows it."""
    return SnapshotView(**snapshot.model_dump(exclude={"version", "figures"}), **snapshot.figures)


async def _estimate(session: AsyncSession, production: Production) -> Estimate:
    """The estimate that counts, locked: the figures are of one state of it."""
    approved_first = case((col(Estimate.state) == EstimateState.APPROVED, 0), else_=1)
    statement = (
        select(Estimate)
        .where(col(Estimate.production_id) == production.id)
        .order_by(approved_first, col(Estimate.number).desc())
        .limit(1)
        .with_for_update()
    )
    estimate = (await session.execute(statement)).scalar_one_or_none()
    if estimate is None:
        raise NothingToSnapshot
    return estimate
