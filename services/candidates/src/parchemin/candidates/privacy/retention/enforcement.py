"""What each rule finds, and what it does: a dry run and a real one look with the same eyes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.follow_ups.models import FollowUp
from parchemin.candidates.follow_ups.rules import FollowUpState
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import identified
from parchemin.candidates.identity.storage import keep, persons_of
from parchemin.candidates.privacy.access_log.models import RecordAccess
from parchemin.candidates.privacy.erasures.forgetting import forget_accessibility
from parchemin.candidates.privacy.erasures.models import Erasure, Sitting
from parchemin.candidates.privacy.erasures.rules import ErasureOrigin, ErasureState
from parchemin.candidates.privacy.erasures.service import DUE
from parchemin.candidates.privacy.retention.rules import RetentionCode
from parchemin.common.database import announce
from parchemin.common.outbox import publish_all
from parchemin.common.vault import Vault

BATCH = 500
"""Things that one run finds for a rule at most: the next run finds the rest."""
CONTACT = ("email", "phone", "postal_address")
"""Members of a person by which somebody is reached, and which nothing that is kept needs."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose data a run looks at, and what the days are counted from."""

    organisation_id: UUID
    now: datetime
    appeal_days: int

    def before(self, days: int) -> datetime:
        """The moment so many days ago."""
        return self.now - timedelta(days=days)


Find = Callable[[AsyncSession, Vault, Reach, int], Awaitable[list[UUID]]]
Apply = Callable[[AsyncSession, Vault, Reach, Sequence[UUID]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Enforcement:
    """How a rule is obeyed. `find` names at most one more than `BATCH`."""

    find: Find
    apply: Apply


async def _never_enrolled(session: AsyncSession, _vault: Vault, reach: Reach, days: int) -> list[UUID]:
    standing = exists().where(
        col(Erasure.candidate_id) == col(Candidate.id), col(Erasure.state) != ErasureState.REFUSED
    )
    enrolled = exists().where(col(Enrolment.candidate_id) == col(Candidate.id))
    return await _found(session, col(Candidate.id), *_known(reach, days), ~enrolled, ~standing)


async def _erase(session: AsyncSession, _vault: Vault, reach: Reach, candidates: Sequence[UUID]) -> None:
    """Approved at once: nobody's decision is asked for what a rule says. The eraser does it."""
    for candidate_id in candidates:
        session.add(
            Erasure(
                organisation_id=reach.organisation_id,
                candidate_id=candidate_id,
                state=ErasureState.APPROVED,
                origin=ErasureOrigin.RETENTION,
                decided_at=reach.now,
            )
        )
    announce(session, DUE)


async def _idle_contact(session: AsyncSession, vault: Vault, reach: Reach, days: int) -> list[UUID]:
    """What is sealed is looked at in clear, a batch of candidates at a time: whether there is a contact to take out."""
    of_person = col(Enrolment.candidate_id) == col(Candidate.id)
    moved = exists().where(of_person, col(Enrolment.updated_at) >= reach.before(days))
    idle = exists().where(of_person)
    found: list[UUID] = []
    last: UUID | None = None
    while len(found) <= BATCH:
        rows = select(Candidate).where(*_known(reach, days), idle, ~moved).order_by(col(Candidate.id)).limit(BATCH)
        candidates = list(await session.scalars(rows if last is None else rows.where(col(Candidate.id) > last)))
        persons = await persons_of(session, vault, candidates)
        found += [one for one, person in persons.items() if any(getattr(person, name) for name in CONTACT)]
        if len(candidates) < BATCH:
            break
        last = candidates[-1].id
    return found[: BATCH + 1]


async def _take_contact_out(session: AsyncSession, vault: Vault, reach: Reach, candidates: Sequence[UUID]) -> None:
    rows = select(Candidate).where(col(Candidate.id).in_(candidates)).with_for_update()
    known = {candidate.id: candidate for candidate in await session.scalars(rows)}
    persons = await persons_of(session, vault, known.values())
    without = [(known[one], person.model_copy(update=dict.fromkeys(CONTACT))) for one, person in persons.items()]
    await keep(session, vault, without)
    for candidate, _ in without:
        candidate.updated_at = reach.now
    await publish_all(session, [fact for candidate, person in without for fact in identified(candidate, person)])


async def _disability_evidence(session: AsyncSession, _vault: Vault, reach: Reach, days: int) -> list[UUID]:
    """Candidates with a decided session, of which every one was decided so long ago that appeals are over."""
    over = (reach.now - timedelta(days=reach.appeal_days + days)).date()
    sat = col(Sitting.candidate_id) == col(Candidate.id)
    decided = exists().where(sat, col(Sitting.decided_on) < over)
    going_on = exists().where(sat, col(Sitting.decided_on).is_(None) | (col(Sitting.decided_on) >= over))
    enrolments = select(col(Enrolment.id)).where(col(Enrolment.candidate_id) == col(Candidate.id))
    told = (
        exists().where(col(Accommodation.enrolment_id).in_(enrolments))
        | exists().where(col(Exemption.enrolment_id).in_(enrolments), col(Exemption.argument).is_not(None))
        | exists().where(
            col(FollowUp.candidate_id) == col(Candidate.id), col(FollowUp.state) != FollowUpState.WITHDRAWN
        )
    )
    of_school = col(Candidate.organisation_id) == reach.organisation_id
    return await _found(session, col(Candidate.id), of_school, decided, ~going_on, told)


async def _delete_evidence(session: AsyncSession, vault: Vault, reach: Reach, candidates: Sequence[UUID]) -> None:
    for candidate_id in candidates:
        await forget_accessibility(session, vault, candidate_id, reach.now)


async def _old_readings(session: AsyncSession, _vault: Vault, reach: Reach, days: int) -> list[UUID]:
    of_school = col(RecordAccess.organisation_id) == reach.organisation_id
    return await _found(session, col(RecordAccess.id), of_school, col(RecordAccess.created_at) < reach.before(days))


async def _delete_readings(session: AsyncSession, _vault: Vault, _reach: Reach, accesses: Sequence[UUID]) -> None:
    await session.execute(delete(RecordAccess).where(col(RecordAccess.id).in_(accesses)))


def _known(reach: Reach, days: int) -> tuple[ColumnElement[bool], ...]:
    """Candidates of the school who are not erased, and whose record has not changed for so long."""
    return (
        col(Candidate.organisation_id) == reach.organisation_id,
        col(Candidate.erased_at).is_(None),
        col(Candidate.updated_at) < reach.before(days),
    )


async def _found(session: AsyncSession, what: Mapped[UUID], *conditions: ColumnElement[bool]) -> list[UUID]:
    return list(await session.scalars(select(what).where(*conditions).order_by(what).limit(BATCH + 1)))


ENFORCEMENTS: Mapping[RetentionCode, Enforcement] = {
    RetentionCode.NEVER_ENROLLED: Enforcement(_never_enrolled, _erase),
    RetentionCode.IDLE_CONTACT: Enforcement(_idle_contact, _take_contact_out),
    RetentionCode.DISABILITY_EVIDENCE: Enforcement(_disability_evidence, _delete_evidence),
    RetentionCode.ACCESS_LOG: Enforcement(_old_readings, _delete_readings),
}
"""What is kept for good has none."""
