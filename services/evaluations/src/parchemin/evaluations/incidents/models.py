"""Incidents of a session, and the procedures that follow from suspicions of fraud."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import IncidentKind, IncidentOutcome
from parchemin.evaluations.base import Base
from parchemin.evaluations.incidents.rules import Hearing, IncidentState, Procedure


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value.value) for value in values)})", name=column)


class Incident(Aggregate, Base, table=True):
    """An incident. Personal: its description is for the staff, the session's jury and the certifier."""

    __tablename__ = "incidents"
    __table_args__ = (
        _one_of("kind", IncidentKind),
        _one_of("state", IncidentState),
        _one_of("hearing", Hearing),
        _one_of("outcome", IncidentOutcome),
        CheckConstraint("(kind = 'incident') = (state IN ('recorded', 'settled'))", name="procedure"),
        CheckConstraint("kind = 'incident' OR registration_id IS NOT NULL", name="suspect"),
        CheckConstraint("kind = 'incident' OR NOT blocking", name="blocking"),
        CheckConstraint("state <> 'suspended' OR suspended_at IS NOT NULL", name="suspended"),
        CheckConstraint("(state IN ('heard', 'decided')) = (hearing IS NOT NULL)", name="heard"),
        CheckConstraint("(state = 'decided') = (outcome IS NOT NULL)", name="decided"),
        CheckConstraint("(state IN ('decided', 'dismissed')) = (reason IS NOT NULL)", name="reasoned"),
    )

    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    registration_id: UUID | None = Field(default=None, foreign_key="registrations.id", index=True)
    kind: str = Field(max_length=20)
    state: str = Field(max_length=20)
    sealed_for: UUID = Field(index=True)
    """The candidate whom it is about, under whose key it is described; its own id where it is about nobody."""
    description: bytes | None = None
    """Null once the person was erased."""
    occurred_at: datetime
    reported_by: str = Field(max_length=255)
    """`sub` of the token."""
    blocking: bool = False
    suspended_at: datetime | None = None
    hearing: str | None = Field(default=None, max_length=20)
    heard_at: datetime | None = None
    outcome: str | None = Field(default=None, max_length=20)
    reason: str | None = Field(default=None, max_length=4000)
    """Of the decision, or of the dismissal before the hearing."""
    ended_at: datetime | None = None
    ended_by: str | None = Field(default=None, max_length=255)
    """`sub` of the token of who settled, dismissed or decided."""

    def procedure(self) -> Procedure:
        """As the rules read it."""
        return Procedure(
            kind=IncidentKind(self.kind),
            state=IncidentState(self.state),
            blocking=self.blocking,
            suspended=self.suspended_at is not None,
            hearing=None if self.hearing is None else Hearing(self.hearing),
            outcome=None if self.outcome is None else IncidentOutcome(self.outcome),
        )
