"""Estimates as the API takes and shows them. Amounts are strings with 2 places, in the production's currency."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.budget.charts.schemas import AccountCode
from parchemin.budget.decimals import MoneyText, Percent, Quantity, QuantityText, Rate
from parchemin.budget.estimates.rules import MAX_LINES, EstimateState
from parchemin.budget.estimates.vocabulary import LineUnit, ProductionPhase
from parchemin.common.text import Line


class NewEstimate(BaseModel):
    """A version to be opened, as a draft."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "production_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "label": "Devis initial",
                "contingency_percent": "5",
                "overhead_percent": "7.5",
            }
        },
    )

    production_id: UUID
    label: Line
    copy_of: UUID | None = Field(
        default=None, description="An estimate of the same production: lines and percentages are copied from it"
    )
    contingency_percent: Percent | None = Field(default=None, description="As copied, or 0, where none is given")
    overhead_percent: Percent | None = Field(default=None, description="As copied, or 0, where none is given")


class EstimateEntry(BaseModel):
    """What a draft says beside its lines: what is sent to replace it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"label": "Devis après repérages", "contingency_percent": "5", "overhead_percent": "7.5"}
        },
    )

    label: Line
    contingency_percent: Percent = Field(
        default=Decimal(0), description="Of the sub-total of the chapters (*imprévus*)", examples=["5"]
    )
    overhead_percent: Percent = Field(
        default=Decimal(0),
        description="Of the sub-total of the chapters (*frais généraux*), not cumulative",
        examples=["7.50"],
    )


class LineEntry(BaseModel):
    """A line: quantity × units × rate."""

    model_config = ConfigDict(extra="forbid")

    account: AccountCode = Field(description="A two-digit account of the production's chart, or a chapter's number")
    label: Line
    quantity: Quantity
    units: Quantity = Field(
        default=Decimal(1), description="How many of them: persons, vehicles, rooms…", examples=["1"]
    )
    unit: LineUnit
    rate: Rate
    phase: ProductionPhase | None = None
    abroad: bool = Field(default=False, description="Spent abroad: aid forms part France and abroad")
    in_kind: bool = Field(default=False, description="Supplied in kind, not paid")


class EstimateLines(BaseModel):
    """All lines of an estimate, in order."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "lines": [
                    {
                        "account": "2",
                        "label": "Cadreur",
                        "quantity": "2.5",
                        "unit": "day",
                        "rate": "281.57",
                        "phase": "shoot",
                    },
                    {"account": "54", "label": "Praticables", "quantity": "3", "unit": "piece", "rate": "15.15"},
                ]
            }
        },
    )

    lines: list[LineEntry] = Field(max_length=MAX_LINES)


class EstimateStateChange(BaseModel):
    """The state that an estimate is to have next."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"state": "submitted"}})

    state: Literal["submitted", "approved", "draft"]


class EstimateSummary(BaseModel):
    """A version of a production's estimate. The approved one is the current one."""

    id: UUID
    organisation_id: UUID
    production_id: UUID
    number: int = Field(description="Of the version, from 1, within the production")
    label: str
    state: EstimateState
    currency: str = Field(description="ISO 4217, of all amounts")
    contingency_percent: MoneyText
    overhead_percent: MoneyText
    subtotal: MoneyText
    contingency: MoneyText
    overheads: MoneyText
    total: MoneyText
    submitted_by: str | None
    submitted_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    created_at: datetime
    updated_at: datetime


class LineView(BaseModel):
    """A line and what it comes to."""

    account: str
    label: str
    quantity: QuantityText
    units: QuantityText
    unit: LineUnit
    rate: MoneyText
    phase: ProductionPhase | None
    abroad: bool
    in_kind: bool
    amount: MoneyText


class ChapterTotal(BaseModel):
    """A chapter of the chart and the sum of its lines."""

    number: int
    title: str
    total: MoneyText


class EstimateView(EstimateSummary):
    """A version with its lines and the total of each chapter, in the order of the chart."""

    chapters: list[ChapterTotal]
    lines: list[LineView]
