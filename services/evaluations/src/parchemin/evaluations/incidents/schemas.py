"""Incidents as the API shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.common.dates import Instant
from parchemin.common.text import Paragraph
from parchemin.contracts.vocabulary import IncidentKind, IncidentOutcome
from parchemin.evaluations.incidents.rules import Hearing, IncidentState, Step


class NewIncident(BaseModel):
    """What happened. A suspicion of fraud names the registration; any other incident may."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "kind": "fraud_suspicion",
                "registration_id": "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55",
                "description": "Téléphone allumé sous la table pendant l'épreuve écrite.",
                "occurred_at": "2026-06-15T10:20:00+02:00",
            }
        },
    )

    kind: IncidentKind
    registration_id: UUID | None = None
    description: Paragraph
    occurred_at: Instant


class IncidentStep(BaseModel):
    """The state that an incident is to have next, with what that step takes.

    `hearing` goes with `heard`, `outcome` with `decided`, `reason` with `decided` and `dismissed`.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"state": "suspended"},
                {"state": "heard", "hearing": "heard"},
                {"state": "decided", "outcome": "warning", "reason": "Le téléphone n'a pas servi."},
            ]
        },
    )

    state: Literal["settled", "suspended", "heard", "decided", "dismissed"]
    hearing: Hearing | None = None
    outcome: IncidentOutcome | None = None
    reason: Paragraph | None = Field(default=None, description="Of a decision, printed in the minutes; of a dismissal")

    def as_step(self) -> Step:
        """As the rules read it."""
        return Step(IncidentState(self.state), self.hearing, self.outcome, self.reason)


class Blocking(BaseModel):
    """Whether the deliberation waits until the incident is settled."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"blocking": True}})

    blocking: bool = Field(strict=True)


class IncidentView(BaseModel):
    """An incident of a session: for the staff, the session's jury and the certifier."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    session_id: UUID
    registration_id: UUID | None
    kind: IncidentKind
    state: IncidentState
    description: str | None = Field(description="Null once the person whom it is about was erased")
    occurred_at: datetime
    reported_by: str = Field(description="`sub` of the token that it was reported with")
    blocking: bool = Field(description="The deliberation waits until it is settled; a suspicion of fraud always blocks")
    suspended_at: datetime | None = Field(description="Since when the candidate is not graded")
    hearing: Hearing | None
    heard_at: datetime | None
    outcome: IncidentOutcome | None
    reason: str | None = Field(description="Of the decision, or of a dismissal before the hearing")
    ended_at: datetime | None = Field(description="When it was settled, dismissed or decided")
    created_at: datetime
    updated_at: datetime
