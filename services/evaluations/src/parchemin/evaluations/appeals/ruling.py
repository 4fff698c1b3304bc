"""The certifier rules: new decisions, what falls with the old ones, and what follows from the new."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.language import Text
from parchemin.common.outbox import publish_all
from parchemin.common.problems import Conflict, FieldFault
from parchemin.contracts.envelope import Event
from parchemin.contracts.events.appeals import (
    AppealRuledV1,
    BlockValidationRevokedV1,
    CertificationRevokedV1,
    RuledCompetency,
)
from parchemin.contracts.vocabulary import AppealRuling, CompetencyOutcome
from parchemin.evaluations.appeals.models import Appeal
from parchemin.evaluations.appeals.rules import AppealState, fallen_blocks
from parchemin.evaluations.appeals.schemas import RulingEntry
from parchemin.evaluations.appeals.service import (
    NotContestable,
    enter_state,
    locked_appeal,
    standing_decisions,
)
from parchemin.evaluations.awards.models import Award, BlockValidation
from parchemin.evaluations.awards.rules import register_number
from parchemin.evaluations.awards.service import progress_of, settle_enrolments
from parchemin.evaluations.clock import today
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.register.rules import EntryKind, Fact
from parchemin.evaluations.register.service import append
from parchemin.evaluations.registrations.changes import mark_registrations_changed


class AcquiredElsewhere(Conflict):
    """Another session has acquired the competency since: there is nothing left to grant."""

    code = "acquired_elsewhere"
    detail = Text(
        "La compétence {competency} a été acquise depuis dans une autre session.",
        "Competency {competency} was acquired in another session since.",
    )


async def rule(
    session: AsyncSession, principal: Principal, appeal_id: UUID, entry: RulingEntry, expected: int, time_zone: str
) -> Appeal:
    """Answer an appeal. Where it is upheld, the decisions of the jury are replaced, and blocks and the certification
    are validated, awarded or revoked by what holds then, in the same transaction."""
    appeal = await locked_appeal(session, principal, appeal_id, expected)
    enter_state(appeal, AppealState(entry.ruling))
    appeal.reason, appeal.ruled_by, appeal.ruled_at = entry.reason, principal.subject, utc_now()
    enrolment, others = await _locked(session, appeal.enrolment_id)
    day = today(time_zone)
    ruled = await _replace(session, appeal, entry, day) if entry.ruling is AppealRuling.UPHELD else ()
    told: list[Event] = [
        AppealRuledV1(
            **_whose(enrolment),
            appeal_id=appeal.id,
            registration_id=appeal.registration_id,
            session_id=appeal.session_id,
            ruling=entry.ruling,
            ruled_on=day,
            decisions=tuple(ruled),
        )
    ]
    revoked = await _take_back(session, enrolment, day, told) if ruled else None
    await publish_all(session, told)
    if ruled:
        await settle_enrolments(session, [enrolment.id, *others])
        await mark_registrations_changed(session, [enrolment.id])
    if revoked is not None:
        await append(session, [revoked])  # last: whoever holds the register's head waits for nobody
    return appeal


async def _locked(session: AsyncSession, enrolment_id: UUID) -> tuple[KnownEnrolment, list[UUID]]:
    """The enrolment, and the ids of the candidate's others, all held in the order of their ids: an award that falls
    with one may be due to another."""
    whose = select(col(KnownEnrolment.candidate_id)).where(col(KnownEnrolment.id) == enrolment_id).scalar_subquery()
    statement = select(KnownEnrolment).where(col(KnownEnrolment.candidate_id) == whose).order_by(col(KnownEnrolment.id))
    held = {each.id: each for each in (await session.execute(statement.with_for_update())).scalars()}
    return held.pop(enrolment_id), list(held)


async def _replace(session: AsyncSession, appeal: Appeal, entry: RulingEntry, day: date) -> Sequence[RuledCompetency]:
    standing = {each.competency: each for each in await standing_decisions(session, appeal.registration_id)}
    ruled, new = [], []
    for index, wanted in enumerate(entry.decisions):
        before = standing.pop(wanted.competency, None)
        outcome = CompetencyOutcome.ACQUIRED if wanted.acquired else CompetencyOutcome.NOT_ACQUIRED
        if before is None or wanted.competency not in appeal.competencies or before.outcome == outcome:
            text = Text("Pas contestée, nommée deux fois ou inchangée.", "Not contested, named twice or unchanged.")
            raise NotContestable(faults=[FieldFault(f"/decisions/{index}/competency", NotContestable.code, text)])
        if wanted.acquired:
            await _require_not_acquired(session, before)
        before.standing, before.updated_at = False, utc_now()
        new.append(_ruled(before, outcome, entry.reason, day))
        ruled.append(
            RuledCompetency(competency=before.competency, before=CompetencyOutcome(before.outcome), now=outcome)
        )
    await session.flush()
    session.add_all(new)
    await session.flush()
    return ruled


def _ruled(before: Decision, outcome: CompetencyOutcome, reason: str, day: date) -> Decision:
    """What rests on the same findings, and is decided otherwise."""
    return Decision(
        organisation_id=before.organisation_id,
        session_id=before.session_id,
        registration_id=before.registration_id,
        enrolment_id=before.enrolment_id,
        competency=before.competency,
        proposed=before.proposed,
        outcome=outcome,
        reason=reason,
        decided_on=day,
        number=before.number + 1,
        supersedes=before.id,
        levels=before.levels,
        sheets=before.sheets,
    )


async def _require_not_acquired(session: AsyncSession, before: Decision) -> None:
    statement = select(col(Decision.id)).where(
        col(Decision.enrolment_id) == before.enrolment_id,
        col(Decision.competency) == before.competency,
        col(Decision.outcome) == CompetencyOutcome.ACQUIRED,
        col(Decision.standing),
    )
    if await session.scalar(statement) is not None:
        raise AcquiredElsewhere(competency=before.competency)


async def _take_back(session: AsyncSession, enrolment: KnownEnrolment, day: date, told: list[Event]) -> Fact | None:
    """Revoke the blocks that rest on what fell, and the award that rests on them, which the register is to be told."""
    progress = (await progress_of(session, [enrolment]))[enrolment.id]
    fallen = fallen_blocks(await referential_of(session, enrolment.referential_version), progress)
    if not fallen:
        return None
    now = utc_now()
    whose = _whose(enrolment)
    validations = select(BlockValidation).where(
        col(BlockValidation.enrolment_id) == enrolment.id,
        col(BlockValidation.block).in_(fallen),
        col(BlockValidation.revoked_at).is_(None),
    )
    for validation in (await session.execute(validations.order_by(col(BlockValidation.block)))).scalars():
        validation.revoked_at = validation.updated_at = now
        told.append(
            BlockValidationRevokedV1(**whose, validation_id=validation.id, block=validation.block, revoked_on=day)
        )
    standing = select(Award).where(col(Award.enrolment_id) == enrolment.id, col(Award.revoked_at).is_(None))
    award = (await session.execute(standing.with_for_update())).scalar_one_or_none()
    if award is None:
        return None
    award.revoked_at = award.updated_at = now
    number = register_number(award.year, award.rank)
    told.append(CertificationRevokedV1(**whose, award_id=award.id, register_number=number, revoked_on=day))
    return _revocation(award, number, day)


def _whose(enrolment: KnownEnrolment) -> dict[str, Any]:
    return {
        "enrolment_id": enrolment.id,
        "candidate_id": enrolment.candidate_id,
        "organisation_id": enrolment.organisation_id,
        "referential_version": enrolment.referential_version,
    }


def _revocation(award: Award, number: str, day: date) -> Fact:
    return Fact(
        kind=EntryKind.REVOKED,
        register_number=number,
        award_id=award.id,
        enrolment_id=award.enrolment_id,
        candidate_id=award.candidate_id,
        organisation_id=award.organisation_id,
        session_id=award.session_id,
        decided_on=day,
    )
