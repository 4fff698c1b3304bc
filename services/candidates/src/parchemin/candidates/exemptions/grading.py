"""What the evaluations service tells of grades, as far as exemptions depend on it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.exemptions.models import Exemption, GradedCompetency
from parchemin.candidates.exemptions.rules import ExemptionState, graded_by_results, graded_by_sheet
from parchemin.candidates.referentials.service import known_referential
from parchemin.common.clock import utc_now
from parchemin.common.statements import insert_if_absent, table_of
from parchemin.contracts.events.evaluations import ResultsDecidedV1, SheetSignedV1


async def learn_signed_sheet(session: AsyncSession, event: SheetSignedV1) -> None:
    """What a juror signed on is graded, unless it is exempt. Which of the two came first where both were on their way,
    only the results tell."""
    enrolment = await _locked(session, event.enrolment_id)
    if enrolment is None:
        return  # not opened here: nothing of it can be exempt
    granted = {one.competency for one in await _granted(session, enrolment.id)}
    referential = await known_referential(session, enrolment.referential_version)
    await _keep(session, enrolment.id, graded_by_sheet(referential, event.modality, granted))


async def learn_results(session: AsyncSession, event: ResultsDecidedV1) -> None:
    """What the session decided is graded. An exemption of it came too late there: it is overtaken."""
    enrolment = await _locked(session, event.enrolment_id)
    if enrolment is None:
        return
    graded = graded_by_results(result for modality in event.modalities for result in modality.competencies)
    await _keep(session, enrolment.id, graded)
    for exemption in await _granted(session, enrolment.id):
        if exemption.competency in graded and not _is_of_before(exemption):
            exemption.state = ExemptionState.OVERTAKEN
            exemption.updated_at = utc_now()


def _is_of_before(exemption: Exemption) -> bool:
    """Granted when it could still follow a failed attempt, which evaluations took in then. Where old events are read
    again, such an attempt does not undo it."""
    return exemption.argument is not None and exemption.integrity is None


async def graded_competencies(session: AsyncSession, enrolment_id: UUID) -> frozenset[str]:
    """What was graded in an enrolment, as far as this service has heard."""
    statement = select(col(GradedCompetency.competency)).where(col(GradedCompetency.enrolment_id) == enrolment_id)
    return frozenset((await session.execute(statement)).scalars())


async def _locked(session: AsyncSession, enrolment_id: UUID) -> Enrolment | None:
    """Proposals and decisions wait for it, and it for them."""
    statement = select(Enrolment).where(col(Enrolment.id) == enrolment_id).with_for_update()
    return (await session.execute(statement)).scalar_one_or_none()


async def _granted(session: AsyncSession, enrolment_id: UUID) -> Collection[Exemption]:
    statement = select(Exemption).where(
        col(Exemption.enrolment_id) == enrolment_id, col(Exemption.state) == ExemptionState.GRANTED
    )
    return (await session.execute(statement)).scalars().all()


async def _keep(session: AsyncSession, enrolment_id: UUID, graded: Collection[str]) -> None:
    for competency in sorted(graded):
        row = {"enrolment_id": enrolment_id, "competency": competency}
        await insert_if_absent(session, table_of(GradedCompetency), row)
