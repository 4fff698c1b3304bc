"""Recording what follows from the decisions: validated blocks, and the award."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.outbox import publish_all
from parchemin.common.statements import insert_if_absent, table_of
from parchemin.contracts.envelope import Event
from parchemin.contracts.events.evaluations import (
    AwardedBlock,
    BlockValidatedV1,
    CertificationAwardedV1,
    CompetencyResult,
    RecognisedBlock,
)
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import CompetencyOutcome, RecognitionGround
from parchemin.evaluations.awards.models import Award, BlockValidation, RegisterCounter
from parchemin.evaluations.awards.rules import (
    Acquisition,
    Progress,
    Recognition,
    Settlement,
    Validation,
    register_number,
    settle,
)
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.enrolments.models import KnownEnrolment, KnownExemption, KnownRecognition
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.register.service import append, fact_of
from parchemin.evaluations.sessions.models import EvaluationSession

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settled:
    """What was newly recorded for one enrolment, and all that stands now."""

    enrolment: KnownEnrolment
    new_blocks: tuple[int, ...]
    all_blocks: tuple[int, ...]
    register_number: str | None


async def settle_enrolments(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Sequence[Settled]:
    """Validate the blocks and make the awards that are due, each once.

    The caller holds the locks of these enrolments. Register numbers of a year follow the order of their ids.
    """
    await session.flush()
    ids = sorted(enrolment_ids)
    enrolments = {row.id: row for row in await _all(session, KnownEnrolment, col(KnownEnrolment.id), ids)}
    progress = await progress_of(session, [enrolments[enrolment_id] for enrolment_id in ids])
    versions = {enrolment.referential_version for enrolment in enrolments.values()}
    referentials = {version: await referential_of(session, version) for version in versions}
    settlements = {
        row.id: settle(referentials[row.referential_version], progress[row.id]) for row in enrolments.values()
    }
    awards = await _award(session, [(enrolments[known], settlements[known].award) for known in ids])
    settled, events = [], list[Event]()
    for enrolment_id in ids:
        enrolment, known, settlement = enrolments[enrolment_id], progress[enrolment_id], settlements[enrolment_id]
        referential = referentials[enrolment.referential_version]
        events += _validate(session, enrolment, settlement.validations, referential, known)
        award = awards.get(enrolment_id)
        if award is not None:
            recognised = await _all(session, KnownRecognition, col(KnownRecognition.enrolment_id), [enrolment_id])
            events.append(_awarded(award, enrolment, known, settlement, recognised))
        number = register_number(award.year, award.rank) if award is not None else None
        new = tuple(validation.block for validation in settlement.validations)
        settled.append(Settled(enrolment, new, tuple(sorted({*known.validated, *new})), number))
    await publish_all(session, events)
    return settled


async def progress_of(session: AsyncSession, enrolments: Sequence[KnownEnrolment]) -> dict[UUID, Progress]:
    """All that is known of each of these enrolments."""
    ids = [enrolment.id for enrolment in enrolments]
    acquired: defaultdict[UUID, dict[str, Acquisition]] = defaultdict(dict)
    for decision in await _published_acquisitions(session, ids):
        acquired[decision.enrolment_id][decision.competency] = Acquisition(decision.decided_on, decision.session_id)
    exempt: defaultdict[UUID, set[str]] = defaultdict(set)
    for exemption in await _all(session, KnownExemption, col(KnownExemption.enrolment_id), ids):
        exempt[exemption.enrolment_id].add(exemption.competency)
    validated: defaultdict[UUID, dict[int, Validation]] = defaultdict(dict)
    for row in await _all(session, BlockValidation, col(BlockValidation.enrolment_id), ids):
        if row.revoked_at is not None:
            continue
        validated[row.enrolment_id][row.block] = Validation(row.block, row.validated_on, row.session_id)
    recognised: defaultdict[UUID, dict[int, Recognition]] = defaultdict(dict)
    for known in await _all(session, KnownRecognition, col(KnownRecognition.enrolment_id), ids):
        recognised[known.enrolment_id][known.block] = Recognition(known.block, known.decided_on, known.session_id)
    candidates = [enrolment.candidate_id for enrolment in enrolments]
    awards = await _all(session, Award, col(Award.candidate_id), candidates)
    awarded = {award.candidate_id for award in awards if award.revoked_at is None}
    return {
        enrolment.id: Progress(
            enrolled=frozenset(enrolment.blocks),
            acquired=acquired[enrolment.id],
            exempt=frozenset(exempt[enrolment.id]),
            validated=validated[enrolment.id],
            awarded=enrolment.candidate_id in awarded,
            recognised=recognised[enrolment.id],
        )
        for enrolment in enrolments
    }


async def _published_acquisitions(session: AsyncSession, enrolment_ids: Sequence[UUID]) -> Sequence[Decision]:
    """What these enrolments acquired, by decisions that stand and are known to everybody."""
    statement = (
        select(Decision)
        .join(EvaluationSession, col(EvaluationSession.id) == col(Decision.session_id))
        .where(
            col(Decision.enrolment_id).in_(enrolment_ids),
            col(Decision.outcome) == CompetencyOutcome.ACQUIRED,
            col(Decision.standing),
            col(EvaluationSession.published_at).is_not(None),
        )
    )
    return (await session.execute(statement)).scalars().all()


def _validate(
    session: AsyncSession,
    enrolment: KnownEnrolment,
    validations: Sequence[Validation],
    referential: Referential,
    progress: Progress,
) -> Iterable[Event]:
    for validation in validations:
        row = BlockValidation(
            organisation_id=enrolment.organisation_id,
            enrolment_id=enrolment.id,
            candidate_id=enrolment.candidate_id,
            block=validation.block,
            session_id=validation.session_id,
            validated_on=validation.decided_on,
        )
        session.add(row)
        yield BlockValidatedV1(
            enrolment_id=enrolment.id,
            candidate_id=enrolment.candidate_id,
            organisation_id=enrolment.organisation_id,
            referential_version=enrolment.referential_version,
            validation_id=row.id,
            block=row.block,
            session_id=row.session_id,
            validated_on=row.validated_on,
            competencies=tuple(
                CompetencyResult(
                    code=competency.code,
                    outcome=CompetencyOutcome.ACQUIRED
                    if competency.code in progress.acquired
                    else CompetencyOutcome.EXEMPT,
                )
                for competency in referential.competencies_of_block(validation.block)
            ),
        )


async def _award(session: AsyncSession, due: Sequence[tuple[KnownEnrolment, Validation | None]]) -> dict[UUID, Award]:
    """Make the awards that are due, by enrolment; one for a candidate with two enrolments that end together."""
    by_year: defaultdict[int, dict[UUID, tuple[KnownEnrolment, Validation]]] = defaultdict(dict)
    candidates: set[UUID] = set()
    for enrolment, last in due:
        if last is not None and enrolment.candidate_id not in candidates:
            candidates.add(enrolment.candidate_id)
            by_year[last.decided_on.year][enrolment.id] = enrolment, last
    awards: dict[UUID, Award] = {}
    for year in sorted(by_year):  # always in this order, so that two transactions cannot wait for each other
        first = await _take_ranks(session, year, len(by_year[year]))
        for rank, (enrolment, last) in enumerate(by_year[year].values(), start=first):
            awards[enrolment.id] = Award(
                organisation_id=enrolment.organisation_id,
                enrolment_id=enrolment.id,
                candidate_id=enrolment.candidate_id,
                session_id=last.session_id,
                awarded_on=last.decided_on,
                year=year,
                rank=rank,
            )
    session.add_all(awards.values())
    await session.flush()
    await append(session, [fact_of(award) for award in awards.values()])
    return awards


async def _take_ranks(session: AsyncSession, year: int, count: int) -> int:
    """The first of the next `count` ranks; concurrent awards wait here for one another until their commit."""
    table = table_of(RegisterCounter)
    await insert_if_absent(session, table, {"year": year, "last": 0})
    statement = (
        update(RegisterCounter)
        .where(col(RegisterCounter.year) == year)
        .values(last=col(RegisterCounter.last) + count)
        .returning(col(RegisterCounter.last))
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one() - count + 1


def _awarded(
    award: Award,
    enrolment: KnownEnrolment,
    progress: Progress,
    settlement: Settlement,
    recognised: Sequence[KnownRecognition],
) -> Event:
    every = {**progress.validated, **{validation.block: validation for validation in settlement.validations}}
    elsewhere = {known.block: known for known in recognised if known.block not in every}
    return CertificationAwardedV1(
        enrolment_id=enrolment.id,
        candidate_id=enrolment.candidate_id,
        organisation_id=enrolment.organisation_id,
        referential_version=enrolment.referential_version,
        award_id=award.id,
        register_number=register_number(award.year, award.rank),
        awarded_on=award.awarded_on,
        session_id=award.session_id,
        blocks=tuple(
            AwardedBlock(block=block, validated_on=every[block].decided_on, session_id=every[block].session_id)
            for block in sorted(every)
        ),
        recognised=tuple(
            RecognisedBlock(
                block=block,
                recognised_on=elsewhere[block].decided_on,
                ground=RecognitionGround(elsewhere[block].ground),
                source_version=elsewhere[block].source_version,
                source_blocks=tuple(elsewhere[block].source_blocks),
            )
            for block in sorted(elsewhere)
        ),
    )


async def _all(session: AsyncSession, model: type[T], column: Any, values: Sequence[object]) -> Sequence[T]:
    return (await session.execute(select(model).where(column.in_(values)))).scalars().all()
