"""What a row says of an enrolment: on the latest referential, opened where there is none, extended where there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.service import BlockUnknown, known_blocks
from parchemin.candidates.imports.columns import Column
from parchemin.candidates.imports.rows import ALL, RowFault
from parchemin.candidates.imports.rules import RowOutcome
from parchemin.candidates.referentials.service import known_referential
from parchemin.common.language import Text
from parchemin.common.statements import among, table_of
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import AccessPath

if TYPE_CHECKING:
    from parchemin.candidates.imports.deciding import Decision

_BLOCKS_KEPT = Text(
    "Des blocs en moins : une inscription n'en perd pas, elle reste telle quelle.",
    "Fewer blocks: an enrolment loses none, it stays as it is.",
)
_PATH_KEPT = Text(
    "Autre voie d'accès que celle de l'inscription : elle reste telle quelle.",
    "Another access path than the enrolment's: it stays as it is.",
)


@dataclass(frozen=True, slots=True)
class Enrolling:
    """What is done about an enrolment: one to open, or one to extend."""

    referential: Referential | None = None
    path: AccessPath | None = None
    blocks: tuple[int, ...] = ()
    extends: Enrolment | None = None

    @property
    def writes(self) -> bool:
        """Whether anything is."""
        return bool(self.blocks)


async def enrolling(
    session: AsyncSession, organisation_id: UUID, decisions: Sequence["Decision"], *, lock: bool
) -> None:
    """Decide it for rows that are new or say something new; what the referential does not have is a row's fault."""
    wanted = [decision for decision in decisions if Column.BLOCKS in decision.row.row.said]
    if not wanted:
        return
    referential = await known_referential(session, None)
    for decision in wanted:
        if decision.outcome in {RowOutcome.CREATED, RowOutcome.UPDATED, RowOutcome.REJECTED}:
            _wish(decision, referential)
    known = [decision.candidate.id for decision in wanted if decision.candidate is not None]
    statement = select(Enrolment).where(
        col(Enrolment.organisation_id) == organisation_id,
        among(session, table_of(Enrolment).c.candidate_id, known),
        col(Enrolment.referential_version) == referential.version,
    )
    statement = statement.order_by(col(Enrolment.id))
    found = await session.execute(statement.with_for_update() if lock else statement)
    standing = {enrolment.candidate_id: enrolment for enrolment in found.scalars()}
    for decision in wanted:
        enrolment = None if decision.candidate is None else standing.get(decision.candidate.id)
        if enrolment is not None and decision.enrolling.writes:
            _extend(decision, enrolment)


def _wish(decision: "Decision", referential: Referential) -> None:
    said = decision.row.row.said
    every = [block.number for block in referential.blocks]
    try:
        blocks = known_blocks(referential, every if said[Column.BLOCKS] == ALL else said[Column.BLOCKS])
    except BlockUnknown as error:
        decision.outcome = RowOutcome.REJECTED
        decision.faults = (*decision.faults, RowFault(decision.row.line, Column.BLOCKS, error.code, error.detail))
        return
    path = said.get(Column.ACCESS_PATH)
    if decision.outcome is not RowOutcome.REJECTED and path is not None:
        decision.enrolling = Enrolling(referential, AccessPath(path), tuple(blocks))


def _extend(decision: "Decision", enrolment: Enrolment) -> None:
    wish = decision.enrolling
    notes = []
    if wish.path != enrolment.access_path:
        notes.append(RowFault(decision.row.line, Column.ACCESS_PATH, "access_path_kept", _PATH_KEPT))
    if not set(enrolment.blocks) <= set(wish.blocks):
        notes.append(RowFault(decision.row.line, Column.BLOCKS, "blocks_kept", _BLOCKS_KEPT))
    every = tuple(sorted({*enrolment.blocks, *wish.blocks}))
    extends = every != tuple(enrolment.blocks)
    decision.notes = (*decision.notes, *notes)
    decision.enrolling = Enrolling(wish.referential, wish.path, every, enrolment) if extends else Enrolling()
