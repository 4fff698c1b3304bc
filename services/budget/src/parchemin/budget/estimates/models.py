"""Estimates and their lines."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from parchemin.budget.base import Base
from parchemin.budget.estimates.rules import EstimateState
from parchemin.budget.estimates.vocabulary import LineUnit, ProductionPhase
from parchemin.common.columns import Aggregate, Cents


def _one_of(column: str, values: type[EstimateState] | type[LineUnit] | type[ProductionPhase]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


_CURRENT = text(f"state = '{EstimateState.APPROVED}'")


class Estimate(Aggregate, Base, table=True):
    """One version of a production's estimate. Its own `number`; `version` is the row's, its ETag."""

    __tablename__ = "estimates"
    __table_args__ = (
        UniqueConstraint("production_id", "number"),
        Index(
            "uq_estimates_current",
            "production_id",
            unique=True,
            postgresql_where=_CURRENT,
            sqlite_where=_CURRENT,
        ),
        _one_of("state", EstimateState),
        CheckConstraint("(state = 'draft') = (submitted_by IS NULL)", name="submitted_by"),
        CheckConstraint("(state IN ('draft', 'submitted')) = (approved_by IS NULL)", name="approved_by"),
        CheckConstraint("approved_by <> submitted_by", name="approver_differs"),
        CheckConstraint("contingency_percent BETWEEN 0 AND 10000", name="contingency_percent"),
        CheckConstraint("overhead_percent BETWEEN 0 AND 10000", name="overhead_percent"),
    )

    production_id: UUID = Field(foreign_key="productions.id")
    number: int
    label: str = Field(max_length=300)
    state: str = Field(default=EstimateState.DRAFT, max_length=20)
    contingency_percent: Decimal = Field(default=Decimal(0), sa_type=Cents)
    """Hundredths of a per cent in the database, as `overhead_percent`."""
    overhead_percent: Decimal = Field(default=Decimal(0), sa_type=Cents)
    submitted_by: str | None = Field(default=None, max_length=255)
    submitted_at: datetime | None = None
    approved_by: str | None = Field(default=None, max_length=255)
    approved_at: datetime | None = None


class EstimateLine(Base, table=True):
    """A line of an estimate. It has no life of its own: the whole list is replaced."""

    __tablename__ = "estimate_lines"
    __table_args__ = (
        _one_of("unit", LineUnit),
        _one_of("phase", ProductionPhase),
        CheckConstraint("quantity_thousandths >= 0", name="quantity"),
        CheckConstraint("units_thousandths >= 0", name="units"),
        CheckConstraint("rate >= 0", name="rate"),
        CheckConstraint("amount >= 0 AND amount < 1000000000000", name="amount"),  # cents: under 10^10
    )

    estimate_id: UUID = Field(primary_key=True, foreign_key="estimates.id")
    position: int = Field(primary_key=True)
    account: str = Field(max_length=2)
    label: str = Field(max_length=300)
    quantity_thousandths: int = Field(sa_type=BigInteger)
    units_thousandths: int = Field(sa_type=BigInteger)
    unit: str = Field(max_length=10)
    rate: Decimal = Field(sa_type=Cents)
    phase: str | None = Field(default=None, max_length=20)
    abroad: bool
    in_kind: bool
    amount: Decimal = Field(sa_type=Cents)
    """Quantity × units × rate, rounded: what all sums are of."""
