"""Replaying all enrolments in bounded memory: what stands is compared with what follows from the history."""

import hashlib
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.canonical import Json, canonical_json
from parchemin.common.database import Database
from parchemin.contracts.vocabulary import CompetencyOutcome
from parchemin.evaluations.appeals.models import Appeal
from parchemin.evaluations.appeals.rules import AppealState
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.deliberation.policy import Policy, policy_of
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.replay.history import Record, next_enrolments, records
from parchemin.evaluations.replay.rules import Outcome, Rebuilt, differences, rebuild

BATCH = 100
"""Enrolments that are read at a time."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stands that does not follow from the history, or does not stand though it follows."""

    code: str
    enrolment_id: UUID
    detail: str


@dataclass(slots=True)
class Replay:
    """What was replayed so far, and a digest of all outcomes on each side: equal where there is no difference."""

    enrolments: int = 0
    decisions: int = 0
    stored: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    rebuilt: "hashlib._Hash" = field(default_factory=hashlib.sha256)


async def replay(database: Database, default: Policy, done: Replay) -> AsyncGenerator[Difference]:
    """Make every outcome anew; tell each difference, and count in `done`. Each batch is read as of one moment."""
    last: UUID | None = None
    while True:
        async with database.reading() as session:
            enrolments = await next_enrolments(session, last, BATCH)
            if not enrolments:
                return
            last = enrolments[-1].id
            upheld = await _upheld(session, [enrolment.id for enrolment in enrolments])
            for record in await records(session, enrolments):
                referential = await referential_of(session, record.enrolment.referential_version)
                rebuilt = rebuild(referential, policy_of(referential.policy, default), record.history)
                for difference in _compare(record, rebuilt, upheld, done):
                    yield difference


def _compare(record: Record, rebuilt: Rebuilt, upheld: set[tuple[UUID, str]], done: Replay) -> Iterable[Difference]:
    who = record.enrolment.id
    stored = {
        (each.registration_id, each.competency): Outcome(each.proposed, each.outcome, each.reason, each.levels)
        for each in record.decisions
        if each.number == 1
    }
    done.enrolments += 1
    done.decisions += len(record.decisions)
    for registration, competency in differences(stored, rebuilt):
        yield Difference("decision_differs", who, f"{competency} of registration {registration}")
    for ruling in record.decisions:
        if ruling.number > 1 and (ruling.registration_id, ruling.reason or "") not in upheld:
            yield Difference("ruling_without_appeal", who, f"{ruling.competency} of {ruling.registration_id}")
    acquired = {each.competency for each in record.decisions if _acquires(each)}
    if acquired != rebuilt.acquired:
        yield Difference("acquired_differs", who, ", ".join(sorted(acquired ^ rebuilt.acquired)))
    blocks = {each.block: (each.validated_on, each.session_id) for each in record.validations if not each.revoked_at}
    if blocks.keys() != rebuilt.blocks.keys() or (not record.history.rulings and blocks != rebuilt.blocks):
        yield Difference("blocks_differ", who, f"stand: {sorted(blocks)}; follow: {sorted(rebuilt.blocks)}")
    awards = [award for award in record.awards if award.revoked_at is None]
    own = any(award.enrolment_id == who for award in awards)
    if rebuilt.complete != bool(awards) if rebuilt.complete else own:
        yield Difference("award_differs", who, "the award is missing" if rebuilt.complete else "no award is due")
    done.stored.update(_bytes(who, stored, acquired, blocks.keys(), awarded=own or (rebuilt.complete and bool(awards))))
    done.rebuilt.update(
        _bytes(who, rebuilt.decisions, rebuilt.acquired, rebuilt.blocks.keys(), awarded=rebuilt.complete)
    )


def _acquires(decision: Decision) -> bool:
    return decision.standing and decision.outcome == CompetencyOutcome.ACQUIRED


def _bytes(
    who: UUID,
    decisions: Mapping[tuple[UUID, str], Outcome],
    acquired: Iterable[str],
    blocks: Iterable[int],
    *,
    awarded: bool,
) -> bytes:
    """All outcomes of an enrolment in one canonical form."""
    told: Json = {
        "enrolment": str(who),
        "decisions": [
            [str(registration), competency, each.proposed, each.outcome, each.reason, dict(each.levels)]
            for (registration, competency), each in sorted(decisions.items())
        ],
        "acquired": sorted(acquired),
        "blocks": sorted(blocks),
        "awarded": awarded,
    }
    return canonical_json(told)


async def _upheld(session: AsyncSession, enrolment_ids: list[UUID]) -> set[tuple[UUID, str]]:
    """Registration and reason of each appeal that was upheld."""
    statement = select(col(Appeal.registration_id), col(Appeal.reason)).where(
        col(Appeal.enrolment_id).in_(enrolment_ids), col(Appeal.state) == AppealState.UPHELD
    )
    return {(registration, reason or "") for registration, reason in await session.execute(statement)}
