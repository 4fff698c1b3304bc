"""Runs of the rules of retention as the API shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from parchemin.candidates.privacy.retention.rules import RetentionCode


class NewRetentionRun(BaseModel):
    """What is asked for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"dry_run": True}})

    dry_run: StrictBool = Field(default=True, description="Only say what would go")


class Finding(BaseModel):
    """What one rule has go."""

    rule: RetentionCode
    days: int = Field(description="As the settings say")
    count: int
    more: bool = Field(description="There is more than one run takes: run again")
    ids: list[UUID] = Field(description="Of candidates, enrolments or lines of the access log, by the rule")


class RetentionRunView(BaseModel):
    """A run."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    dry_run: bool
    findings: list[Finding]
    created_at: datetime
    updated_at: datetime


class RetentionRuleView(BaseModel):
    """A rule in force, in the client's language."""

    code: RetentionCode
    since: str
    what: str
    source: str
    days: int | None = Field(description="As the settings say; null for what is kept for good")


class RetentionRulesView(BaseModel):
    """All rules in force."""

    items: list[RetentionRuleView]
