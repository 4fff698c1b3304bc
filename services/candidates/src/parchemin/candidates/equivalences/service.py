"""Use cases about equivalences: the certifier publishes a table, and what was validated earlier is recognised by it."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.rules import RUNNING
from parchemin.candidates.equivalences import rules
from parchemin.candidates.equivalences.models import BlockEquivalence
from parchemin.candidates.equivalences.rules import Equivalence
from parchemin.candidates.equivalences.schemas import NewBlockEquivalence
from parchemin.candidates.progress.following import follow
from parchemin.candidates.progress.recording import heard_of
from parchemin.candidates.recognitions.facts import recognised
from parchemin.candidates.recognitions.models import Recognition
from parchemin.candidates.recognitions.rules import STANDING, RecognitionState
from parchemin.candidates.referentials.models import KnownReferential
from parchemin.candidates.referentials.service import known_referential
from parchemin.common.clock import utc_now
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.problems import FieldFault, Unprocessable
from parchemin.contracts.vocabulary import RecognitionGround


class EquivalencesFaulty(Unprocessable):
    """The table names what a version does not have, or the same block twice."""

    code = "equivalences_faulty"


_TEXTS = {
    "block_unknown": Text("Cette version n'a pas ce bloc.", "That version has no such block."),
    "named_twice": Text("Ce bloc figure deux fois.", "This block is named twice."),
    "same_version": Text("Deux versions différentes sont attendues.", "Two different versions are expected."),
}


async def publish_table(session: AsyncSession, new: NewBlockEquivalence) -> BlockEquivalence:
    """Publish a table, and recognise by it what candidates who are enrolled on the later version have validated."""
    if new.from_version == new.to_version:
        fault = FieldFault("/to_version", "same_version", _TEXTS["same_version"])
        raise EquivalencesFaulty(faults=[fault])
    earlier = await known_referential(session, new.from_version)
    later = await known_referential(session, new.to_version)
    rows = [(row.from_blocks, row.to_block) for row in new.rows]
    faults = [
        FieldFault(f"/rows/{fault.index}/{fault.member}", fault.code, _TEXTS[fault.code])
        for fault in rules.faults(rows, earlier, later)
    ]
    if faults:
        raise EquivalencesFaulty(faults=faults)
    held = select(KnownReferential).where(col(KnownReferential.version) == later.version).with_for_update()
    await session.execute(held)  # editions are numbered one after another
    last = select(func.max(BlockEquivalence.number)).where(
        col(BlockEquivalence.from_version) == earlier.version, col(BlockEquivalence.to_version) == later.version
    )
    table = BlockEquivalence(
        from_version=earlier.version,
        to_version=later.version,
        number=(await session.scalar(last) or 0) + 1,
        source=new.source,
        rows=[row.model_dump() for row in new.rows],
    )
    session.add(table)
    await session.flush()
    for candidate_id in await _enrolled_on_both(session, table):
        await recognise_equivalents(session, candidate_id)
    return table


async def recognise_equivalents(session: AsyncSession, candidate_id: UUID) -> None:
    """Recognise in the candidate's enrolments what their enrolments on earlier versions have validated, by the tables
    that hold; each block once."""
    await session.flush()
    statement = select(Enrolment).where(col(Enrolment.candidate_id) == candidate_id).order_by(col(Enrolment.id))
    enrolments = (await session.execute(statement.with_for_update())).scalars().all()
    if len(enrolments) < 2:
        return
    heard = await heard_of(session, [enrolment.id for enrolment in enrolments])
    tables = await _tables(session, [enrolment.referential_version for enrolment in enrolments])
    sources = {enrolment.referential_version: enrolment for enrolment in enrolments}
    for enrolment in enrolments:
        if enrolment.state not in RUNNING:
            continue
        settled = set(heard[enrolment.id].standing_blocks) | await _settled_blocks(session, enrolment)
        for table in tables:
            source = sources.get(table.from_version)
            if table.to_version != enrolment.referential_version or source is None:
                continue
            validated = frozenset(heard[source.id].standing_blocks)
            for block, rests_on in sorted(rules.equivalent_blocks(_rows(table), validated).items()):
                if block not in settled:
                    settled.add(block)
                    await _recognise(session, enrolment, block, source, rests_on, table)


async def _recognise(
    session: AsyncSession,
    enrolment: Enrolment,
    block: int,
    source: Enrolment,
    rests_on: Collection[int],
    table: BlockEquivalence,
) -> None:
    recognition = Recognition(
        organisation_id=enrolment.organisation_id,
        enrolment_id=enrolment.id,
        candidate_id=enrolment.candidate_id,
        block=block,
        ground=RecognitionGround.EQUIVALENCE,
        state=RecognitionState.RECOGNISED,
        equivalence_id=table.id,
        source_enrolment_id=source.id,
        source_version=source.referential_version,
        source_blocks=sorted(rests_on),
        decided_on=utc_now().date(),
    )
    session.add(recognition)
    await publish(session, recognised(recognition))
    await follow(session, enrolment)


async def _settled_blocks(session: AsyncSession, enrolment: Enrolment) -> set[int]:
    """Recognised already, or claimed: what a table gives needs no proof, but a claim is the certifier's to decide."""
    statement = select(col(Recognition.block)).where(
        col(Recognition.enrolment_id) == enrolment.id, col(Recognition.state).in_(sorted(STANDING))
    )
    return set((await session.execute(statement)).scalars())


async def _tables(session: AsyncSession, versions: Collection[str]) -> Sequence[BlockEquivalence]:
    """The last edition for each two of these versions."""
    later = aliased(BlockEquivalence)
    replaced = (
        select(col(later.id))
        .where(
            col(later.from_version) == col(BlockEquivalence.from_version),
            col(later.to_version) == col(BlockEquivalence.to_version),
            col(later.number) > col(BlockEquivalence.number),
        )
        .exists()
    )
    statement = (
        select(BlockEquivalence)
        .where(
            col(BlockEquivalence.from_version).in_(versions), col(BlockEquivalence.to_version).in_(versions), ~replaced
        )
        .order_by(col(BlockEquivalence.id))
    )
    return (await session.execute(statement)).scalars().all()


async def _enrolled_on_both(session: AsyncSession, table: BlockEquivalence) -> Sequence[UUID]:
    other = aliased(Enrolment)
    statement = (
        select(col(Enrolment.candidate_id))
        .join(other, col(other.candidate_id) == col(Enrolment.candidate_id))
        .where(
            col(Enrolment.referential_version) == table.to_version,
            col(other.referential_version) == table.from_version,
        )
        .order_by(col(Enrolment.candidate_id))
    )
    return (await session.execute(statement)).scalars().all()


def _rows(table: BlockEquivalence) -> list[Equivalence]:
    return [Equivalence(frozenset(row["from_blocks"]), row["to_block"]) for row in table.rows]
