"""Productions as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from parchemin.budget.charts.schemas import ChartId
from parchemin.budget.productions.rules import TWO_DECIMAL_CURRENCIES, is_kept_in_cents
from parchemin.common.problems.validation import refusal
from parchemin.common.text import Line


class ProductionKind(StrEnum):
    """What is produced."""

    FICTION = "fiction"
    DOCUMENTARY = "documentary"
    ANIMATION = "animation"
    MAGAZINE = "magazine"
    COMMERCIAL = "commercial"
    OTHER = "other"


def _kept_in_cents(code: str) -> str:
    if not is_kept_in_cents(code):
        raise refusal(
            "currency_unknown",
            fr="Une devise ISO 4217 à deux décimales est attendue.",
            en="Input should be an ISO 4217 currency with two decimals",
        )
    return code


Currency = Annotated[
    str,
    AfterValidator(_kept_in_cents),
    Field(
        description="ISO 4217, with two decimals",
        json_schema_extra={"enum": sorted(TWO_DECIMAL_CURRENCIES), "example": "EUR"},
    ),
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
