"""Productions as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from parchemin.budget.charts.schemas import ChartId
from parchemin.common.text import Line


class ProductionKind(StrEnum):
    """What is produced."""

    FICTION = "fiction"
    DOCUMENTARY = "documentary"
    ANIMATION = "animation"
    MAGAZINE = "magazine"
    COMMERCIAL = "commercial"
    OTHER = "other"


Currency = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3}$"),
    Field(description="ISO 4217; one whose amounts have two decimals", examples=["EUR"]),
]
OwnerSubject = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]


class ProductionEntry(BaseModel):
    """A production: what is sent to replace it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "title": "Les quais de Saône",
                "kind": "documentary",
                "duration_minutes": 26,
                "currency": "EUR",
                "chart_of_accounts": "cnc-feature-2018",
                "owner_subject": "zoe.lefevre",
            }
        },
    )

    title: Line
    kind: ProductionKind
    duration_minutes: int | None = Field(default=None, ge=1, le=100_000, description="Running time of the work")
    currency: Currency = "EUR"
    chart_of_accounts: ChartId = Field(description="Id of a chart of accounts")
    owner_subject: OwnerSubject | None = Field(
        default=None,
        description="`sub` of the candidate's own tokens: lets them read and budget it. Named by staff; a candidate "
        "always owns what they open",
    )


class NewProduction(ProductionEntry):
    """A production to be opened for an enrolment."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "enrolment_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "title": "Les quais de Saône",
                "kind": "documentary",
                "duration_minutes": 26,
                "chart_of_accounts": "cnc-feature-2018",
            }
        },
    )

    enrolment_id: UUID


class ProductionView(BaseModel):
    """A production."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    enrolment_id: UUID
    owner_subject: str | None
    title: str
    kind: ProductionKind
    duration_minutes: int | None
    currency: str
    chart_of_accounts: str
    created_at: datetime
    updated_at: datetime
