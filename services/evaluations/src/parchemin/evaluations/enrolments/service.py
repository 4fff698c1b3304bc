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
from parchemin.contracts.events.enrolments import (
    BlockRecognisedV1,
    EnrolmentStateChangedV1,
    EnrolmentTransferredV1,
    Provenance,
)
from parchemin.contracts.vocabulary import CompetencyOutcome
from parchemin.evaluations.awards.models import BlockValidation
from parchemin.evaluations.awards.service import settle_enrolments
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.deliberation.rules import Standing
from parchemin.evaluations.enrolments.models import (
    FormerEnrolment,
    KnownEnrolment,
    KnownExemption,
    KnownRecognition,
    RecognisedCompetency,
)
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


async def learn_state(session: AsyncSession, event: EnrolmentStateChangedV1) -> None:
    """Whether the candidate may be registered for further sessions; registrations that stand are not touched."""
    enrolment = await locked_enrolment(session, event.enrolment_id)
    enrolment.state, enrolment.updated_at = event.state, utc_now()


async def learn_recognition(session: AsyncSession, event: BlockRecognisedV1) -> None:
    """The block counts from now on and is not assessed any more, which may complete the certification."""
    enrolment = await locked_enrolment(session, event.enrolment_id)
    referential = await referential_of(session, enrolment.referential_version)
    recognition = {
        "enrolment_id": enrolment.id,
        "block": event.block,
        "recognition_id": event.recognition_id,
        "ground": event.ground,
        "decided_on": event.decided_on,
        "session_id": await _session_behind(session, event.provenance),
        "source_version": event.provenance.source_version,
        "source_blocks": list(event.provenance.source_blocks),
        "learned_at": utc_now(),
    }
    if not await insert_if_absent(session, table_of(KnownRecognition), recognition):
        return
    for code in referential.block(event.block).competencies:
        session.add(RecognisedCompetency(enrolment_id=enrolment.id, competency=code, block=event.block))
    await session.flush()
    await mark_registrations_changed(session, [enrolment.id])
    await settle_enrolments(session, [enrolment.id])


async def _session_behind(session: AsyncSession, provenance: Provenance) -> UUID | None:
    """The session of the last jury that validated what an equivalence stands on."""
    statement = select(col(BlockValidation.validated_on), col(BlockValidation.session_id)).where(
        col(BlockValidation.enrolment_id) == provenance.source_enrolment_id,
        col(BlockValidation.block).in_(provenance.source_blocks),
        col(BlockValidation.revoked_at).is_(None),
    )
    found = [(day, session_id) for day, session_id in await session.execute(statement)]
    return max(found)[1] if found else None


async def follow_transfer(session: AsyncSession, event: EnrolmentTransferredV1) -> None:
    """The enrolment is another organisation's from now on. What was registered, decided and awarded before stays with
    the former one."""
    enrolment = await locked_enrolment(session, event.enrolment_id)
    former = {
        "enrolment_id": enrolment.id,
        "organisation_id": event.former_organisation_id,
        "candidate_id": event.former_candidate_id,
    }
    await insert_if_absent(session, table_of(FormerEnrolment), former)
    enrolment.organisation_id, enrolment.candidate_id = event.organisation_id, event.candidate_id
    enrolment.updated_at = utc_now()


async def locked_enrolment(session: AsyncSession, enrolment_id: UUID) -> KnownEnrolment:
    """The enrolment, locked until the end of the transaction: what concerns it is decided one after another."""
    statement = select(KnownEnrolment).where(col(KnownEnrolment.id) == enrolment_id).with_for_update()
    return (await session.execute(statement)).scalar_one()


_decisions, _exemptions, _sessions = table_of(Decision), table_of(KnownExemption), table_of(EvaluationSession)
_recognised = table_of(RecognisedCompetency)

_acquired = select(_decisions.c.enrolment_id, _decisions.c.competency, _decisions.c.outcome).where(
    _decisions.c.outcome == CompetencyOutcome.ACQUIRED, _decisions.c.standing
)
_exempt = select(
    _exemptions.c.enrolment_id,
    _exemptions.c.competency,
    literal_column(f"'{CompetencyOutcome.EXEMPT}'", String).label("outcome"),
)
_kept = select(
    _recognised.c.enrolment_id,
    _recognised.c.competency,
    literal_column(f"'{CompetencyOutcome.KEPT}'", String).label("outcome"),
)
_published = select(_sessions.c.id).where(_sessions.c.published_at.is_not(None))

SETTLED = union_all(_acquired, _exempt, _kept).subquery("settled")
"""The competencies that an enrolment is not assessed on any more, with the outcome that they have: for a join."""


PUBLISHED = union_all(_acquired.where(_decisions.c.session_id.in_(_published)), _exempt, _kept).subquery("published")
"""The same, as far as the results are published."""


def standing_of(settled: Iterable[tuple[str | None, str]]) -> Standing:
    """What these outcomes of competencies come to."""
    by_outcome: defaultdict[str | None, set[str]] = defaultdict(set)
    for outcome, competency in settled:
        by_outcome[outcome].add(competency)
    return Standing(
        acquired=frozenset(by_outcome[CompetencyOutcome.ACQUIRED]),
        exempt=frozenset(by_outcome[CompetencyOutcome.EXEMPT]),
        recognised=frozenset(by_outcome[CompetencyOutcome.KEPT]),
    )


async def standings(
    session: AsyncSession, enrolment_ids: Collection[UUID], *, published_only: bool = False
) -> dict[UUID, Standing]:
    """What is settled for each of these enrolments; as everybody knows it, or as a jury does."""
    source = PUBLISHED if published_only else SETTLED
    settled: dict[UUID, list[tuple[str | None, str]]] = {enrolment_id: [] for enrolment_id in enrolment_ids}
    for enrolment_id, competency, outcome in await session.execute(
        select(source).where(source.c.enrolment_id.in_(settled))
    ):
        settled[enrolment_id].append((outcome, competency))
    return {enrolment_id: standing_of(found) for enrolment_id, found in settled.items()}
