"""Keeping what the evaluations service tells of outcomes. Each fact has a key of its own: heard twice, or again from
the beginning, it is the same row."""

from collections.abc import Awaitable, Callable, Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.progress.facts import (
    Award,
    Convocation,
    Heard,
    Meeting,
    Ruling,
    SessionResult,
    ValidatedBlock,
)
from parchemin.candidates.progress.models import CancelledSession, ProgressFact
from parchemin.common.statements import insert_if_absent, table_of, upsert
from parchemin.contracts.envelope import Event
from parchemin.contracts.events.appeals import AppealRuledV1, BlockValidationRevokedV1, CertificationRevokedV1
from parchemin.contracts.events.evaluations import BlockValidatedV1, CertificationAwardedV1, ResultsDecidedV1
from parchemin.contracts.events.sessions import CandidateConvenedV1, SessionCancelledV1
from parchemin.contracts.vocabulary import CompetencyOutcome

_RESULTS, _RULING, _BLOCK, _AWARD, _REVOKED, _CONVOCATION = (
    "results",
    "ruling",
    "block",
    "award",
    "revoked",
    "convocation",
)


async def _keep(
    session: AsyncSession, enrolment_id: UUID, kind: str, subject: UUID, body: dict[str, Any], number: int = 0
) -> None:
    row = {"enrolment_id": enrolment_id, "kind": kind, "subject": subject, "number": number, "body": body}
    await upsert(session, table_of(ProgressFact), row, key=["enrolment_id", "kind", "subject"], order="number")


async def _results(session: AsyncSession, event: ResultsDecidedV1) -> None:
    outcomes = {one.code: str(one.outcome) for modality in event.modalities for one in modality.competencies}
    body = {"decided_on": event.decided_on.isoformat(), "outcomes": outcomes}
    await _keep(session, event.enrolment_id, _RESULTS, event.session_id, body)


async def _ruling(session: AsyncSession, event: AppealRuledV1) -> None:
    body = {
        "ruled_on": event.ruled_on.isoformat(),
        "session_id": str(event.session_id),
        "outcomes": {one.competency: str(one.now) for one in event.decisions},
    }
    await _keep(session, event.enrolment_id, _RULING, event.appeal_id, body)


async def _block(session: AsyncSession, event: BlockValidatedV1) -> None:
    body = {"block": event.block, "validated_on": event.validated_on.isoformat()}
    await _keep(session, event.enrolment_id, _BLOCK, event.validation_id, body)


async def _award(session: AsyncSession, event: CertificationAwardedV1) -> None:
    body = {"register_number": event.register_number, "awarded_on": event.awarded_on.isoformat()}
    await _keep(session, event.enrolment_id, _AWARD, event.award_id, body)


async def _block_revoked(session: AsyncSession, event: BlockValidationRevokedV1) -> None:
    await _keep(session, event.enrolment_id, _REVOKED, event.validation_id, {})


async def _award_revoked(session: AsyncSession, event: CertificationRevokedV1) -> None:
    await _keep(session, event.enrolment_id, _REVOKED, event.award_id, {})


async def _convocation(session: AsyncSession, event: CandidateConvenedV1) -> None:
    meetings = [
        {"modality": one.modality, "starts_at": one.starts_at.isoformat(), "place": one.where.place}
        for one in event.appointments
    ]
    body = {"time_zone": event.time_zone, "meetings": meetings}
    await _keep(session, event.enrolment_id, _CONVOCATION, event.session_id, body, event.number)


async def _cancelled(session: AsyncSession, event: SessionCancelledV1) -> None:
    await insert_if_absent(session, table_of(CancelledSession), {"session_id": event.session_id})


RECORDERS: dict[type[Event], Callable[[AsyncSession, Any], Awaitable[None]]] = {
    ResultsDecidedV1: _results,
    AppealRuledV1: _ruling,
    BlockValidatedV1: _block,
    CertificationAwardedV1: _award,
    BlockValidationRevokedV1: _block_revoked,
    CertificationRevokedV1: _award_revoked,
    CandidateConvenedV1: _convocation,
    SessionCancelledV1: _cancelled,
}
"""What is kept of each fact. Nothing else writes the projection."""


async def heard_of(session: AsyncSession, enrolment_ids: Collection[UUID]) -> dict[UUID, Heard]:
    """All that was told of each of these enrolments."""
    facts = select(ProgressFact).where(col(ProgressFact.enrolment_id).in_(enrolment_ids))
    rows = (await session.execute(facts)).scalars().all()
    convened = {row.subject for row in rows if row.kind == _CONVOCATION}
    cancelled = select(col(CancelledSession.session_id)).where(col(CancelledSession.session_id).in_(convened))
    off = frozenset((await session.execute(cancelled)).scalars())
    return {
        enrolment_id: _heard([row for row in rows if row.enrolment_id == enrolment_id], off)
        for enrolment_id in enrolment_ids
    }


def _heard(rows: Collection[ProgressFact], cancelled: frozenset[UUID]) -> Heard:
    def of(kind: str) -> list[tuple[UUID, dict[str, Any]]]:
        return [(row.subject, row.body) for row in rows if row.kind == kind]

    return Heard(
        results=tuple(
            SessionResult(subject, date.fromisoformat(body["decided_on"]), _outcomes(body))
            for subject, body in of(_RESULTS)
        ),
        rulings=tuple(
            Ruling(subject, UUID(body["session_id"]), date.fromisoformat(body["ruled_on"]), _outcomes(body))
            for subject, body in of(_RULING)
        ),
        validations=tuple(
            ValidatedBlock(subject, body["block"], date.fromisoformat(body["validated_on"]))
            for subject, body in of(_BLOCK)
        ),
        awards=tuple(
            Award(subject, body["register_number"], date.fromisoformat(body["awarded_on"]))
            for subject, body in of(_AWARD)
        ),
        revoked=frozenset(subject for subject, _ in of(_REVOKED)),
        convocations=tuple(
            Convocation(
                subject,
                body["time_zone"],
                tuple(
                    Meeting(one["modality"], datetime.fromisoformat(one["starts_at"]), one["place"])
                    for one in body["meetings"]
                ),
            )
            for subject, body in of(_CONVOCATION)
        ),
        cancelled=cancelled,
    )


def _outcomes(body: dict[str, Any]) -> dict[str, CompetencyOutcome]:
    return {code: CompetencyOutcome(outcome) for code, outcome in body["outcomes"].items()}
