"""Following the candidates service: enrolments, measures, exemptions."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

import structlog
from sqlalchemy import String, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.clock import utc_now
from parchemin.common.statements import insert_if_absent, table_of
from parchemin.contracts.events.candidates import (
    EnrolmentBlocksExtendedV1,
    EnrolmentOpenedV1,
    ExemptionGrantedV1,
    MeasuresGrantedV1,
)
from parchemin.contracts.vocabulary import CompetencyOutcome
from parchemin.evaluations.awards.service import settle_enrolments
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.deliberation.rules import Standing
from parchemin.evaluations.enrolments.models import KnownEnrolment, KnownExemption
from parchemin.evaluations.enrolments.rules import is_graded
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.registrations.changes import mark_registrations_changed
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession

log = structlog.get_logger()


async def learn_enrolment(session: AsyncSession, event: EnrolmentOpenedV1) -> None:
    """A new enrolment may be registered for sessions."""
    session.add(
        KnownEnrolment(
            id=event.enrolment_id,
            organisation_id=event.organisation_id,
            candidate_id=event.candidate_id,
            referential_version=event.referential_version,
            access_path=event.access_path,
            blocks=sorted(event.blocks),
        )
    )


async def extend_blocks(session: AsyncSession, event: EnrolmentBlocksExtendedV1) -> None:
    """A block that was not aimed at before may be complete already."""
    enrolment = await locked_enrolment(session, event.enrolment_id)
    enrolment.blocks = sorted({*enrolment.blocks, *event.blocks})
    enrolment.updated_at = utc_now()
    await settle_enrolments(session, [enrolment.id])


async def learn_measures(session: AsyncSession, event: MeasuresGrantedV1) -> None:
    """The measures that the school organises and the jury sees."""
    enrolment = await locked_enrolment(session, event.enrolment_id)
    enrolment.measures = [measure.model_dump(mode="json") for measure in event.measures]
    enrolment.updated_at = utc_now()
    await mark_registrations_changed(session, [enrolment.id])


async def learn_exemption(session: AsyncSession, event: ExemptionGrantedV1) -> None:
    """The competency counts as met from now on, which may complete a block. Where it was graded while the exemption
    was on its way, it stays graded: the results say so to the candidates service."""
    enrolment = await locked_enrolment(session, event.enrolment_id)
    if await _is_graded(session, enrolment, event.competency):
        log.warning("exemption_without_effect", exemption_id=str(event.exemption_id), cause="competency_graded")
        return
    exemption = {"enrolment_id": enrolment.id, "competency": event.competency, "learned_at": utc_now()}
    table = table_of(KnownExemption)
    if await insert_if_absent(session, table, exemption):
        await mark_registrations_changed(session, [enrolment.id])
        await settle_enrolments(session, [enrolment.id])


async def _is_graded(session: AsyncSession, enrolment: KnownEnrolment, competency: str) -> bool:
    known = (await standings(session, [enrolment.id]))[enrolment.id]
    referential = await referential_of(session, enrolment.referential_version)
    sheets = (
        select(col(Sheet.levels))
        .join(Registration, col(Registration.id) == col(Sheet.registration_id))
        .where(col(Registration.enrolment_id) == enrolment.id, col(Sheet.signed_at).is_not(None))
    )
    signed = [{entry["criterion"] for entry in levels} for levels in (await session.execute(sheets)).scalars()]
    criteria = {criterion.code for criterion in referential.criteria_of([competency])}
    return is_graded(criteria, signed, acquired=competency in known.acquired)


async def locked_enrolment(session: AsyncSession, enrolment_id: UUID) -> KnownEnrolment:
    """The enrolment, locked until the end of the transaction: what concerns it is decided one after another."""
    statement = select(KnownEnrolment).where(col(KnownEnrolment.id) == enrolment_id).with_for_update()
    return (await session.execute(statement)).scalar_one()


_decisions, _exemptions, _sessions = table_of(Decision), table_of(KnownExemption), table_of(EvaluationSession)

_acquired = select(_decisions.c.enrolment_id, _decisions.c.competency, _decisions.c.outcome).where(
    _decisions.c.outcome == CompetencyOutcome.ACQUIRED, _decisions.c.standing
)
_exempt = select(
    _exemptions.c.enrolment_id,
    _exemptions.c.competency,
    literal_column(f"'{CompetencyOutcome.EXEMPT}'", String).label("outcome"),
)
_published = select(_sessions.c.id).where(_sessions.c.published_at.is_not(None))

SETTLED = union_all(_acquired, _exempt).subquery("settled")
"""The competencies that an enrolment is not assessed on any more, with the outcome that they have: for a join."""


PUBLISHED = union_all(_acquired.where(_decisions.c.session_id.in_(_published)), _exempt).subquery("published")
"""The same, as far as the results are published."""


def standing_of(settled: Iterable[tuple[str | None, str]]) -> Standing:
    """What these outcomes of competencies come to."""
    by_outcome: defaultdict[str | None, set[str]] = defaultdict(set)
    for outcome, competency in settled:
        by_outcome[outcome].add(competency)
    return Standing(frozenset(by_outcome[CompetencyOutcome.ACQUIRED]), frozenset(by_outcome[CompetencyOutcome.EXEMPT]))


async def standings(
    session: AsyncSession, enrolment_ids: Collection[UUID], *, published_only: bool = False
) -> dict[UUID, Standing]:
    """What is acquired and exempt, for each of these enrolments; as everybody knows it, or as a jury does."""
    source = PUBLISHED if published_only else SETTLED
    settled: dict[UUID, list[tuple[str | None, str]]] = {enrolment_id: [] for enrolment_id in enrolment_ids}
    for enrolment_id, competency, outcome in await session.execute(
        select(source).where(source.c.enrolment_id.in_(settled))
    ):
        settled[enrolment_id].append((outcome, competency))
    return {enrolment_id: standing_of(found) for enrolment_id, found in settled.items()}
