"""Snapshots as the API shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.budget.decimals import MoneyText


class ChapterFigure(BaseModel):
    """A chapter of the chart and the sum of its lines."""

    code: str = Field(description="Number of the chapter in the chart of accounts", examples=["2"])
    amount: MoneyText


class SnapshotView(BaseModel):
    """What a production was budgeted at, at one moment. It does not change."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c60",
                "organisation_id": "0199c2a0-c4d9-7a1e-9a3c-000000000001",
                "production_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "enrolment_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c50",
                "taken_at": "2026-05-29T16:20:00Z",
                "currency": "EUR",
                "estimate_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c58",
                "estimate_version": 2,
                "chapters": [{"code": "1", "amount": "3850.00"}, {"code": "2", "amount": "7747.73"}],
                "contingency": "579.89",
                "overheads": "869.83",
                "total": "13047.45",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "created_at": "2026-05-29T16:20:00Z",
                "updated_at": "2026-05-29T16:20:00Z",
            }
        },
    )

    id: UUID
    organisation_id: UUID
    production_id: UUID
    enrolment_id: UUID
    taken_at: datetime
    currency: str = Field(description="ISO 4217, of all amounts")
    estimate_id: UUID
    estimate_version: int = Field(description="Number of the version of the estimate that the figures are of")
    chapters: list[ChapterFigure] = Field(description="All chapters, in the order of the chart")
    contingency: MoneyText
    overheads: MoneyText
    total: MoneyText
    sha256: str = Field(
        description="Of the figures as canonical JSON (RFC 8785): the object of `currency`, `estimate_id`, "
        "`estimate_version`, `chapters`, `contingency`, `overheads` and `total`"
    )
    created_at: datetime
    updated_at: datetime
