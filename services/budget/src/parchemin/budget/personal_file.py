"""What the budget service knows of a person: their productions, with every version of the estimates."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.budget.enrolments.models import KnownEnrolment
from parchemin.budget.estimates.models import Estimate, EstimateLine
from parchemin.budget.productions.models import Production
from parchemin.budget.snapshots.models import ProductionSnapshot
from parchemin.common.personal_files import Piece, json_piece, row_of


async def gather(session: AsyncSession, candidate_id: UUID) -> list[Piece]:
    """One query for each table. Who submitted and approved is left out: it may be somebody else."""
    enrolments = select(col(KnownEnrolment.id)).where(col(KnownEnrolment.candidate_id) == candidate_id)
    productions = select(Production).where(col(Production.enrolment_id).in_(enrolments))
    own = productions.with_only_columns(col(Production.id))
    estimates = select(Estimate).where(col(Estimate.production_id).in_(own))
    lines = (
        select(EstimateLine)
        .where(col(EstimateLine.estimate_id).in_(estimates.with_only_columns(col(Estimate.id))))
        .order_by(col(EstimateLine.estimate_id), col(EstimateLine.position))
    )
    snapshots = select(ProductionSnapshot).where(col(ProductionSnapshot.production_id).in_(own))
    return [
        json_piece(
            "budget/productions.json",
            [row_of(row, "owner_subject") for row in await session.scalars(productions.order_by(col(Production.id)))],
        ),
        json_piece(
            "budget/devis.json",
            [
                row_of(row, "submitted_by", "approved_by")
                for row in await session.scalars(estimates.order_by(col(Estimate.production_id), col(Estimate.number)))
            ],
        ),
        json_piece("budget/lignes.json", [row_of(row) for row in await session.scalars(lines)]),
        json_piece(
            "budget/instantanes.json",
            [row_of(row) for row in await session.scalars(snapshots.order_by(col(ProductionSnapshot.id)))],
        ),
    ]
