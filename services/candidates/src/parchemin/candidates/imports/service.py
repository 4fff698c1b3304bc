"""The import of a cohort: one file, one transaction, and a number of statements that does not grow with its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.service import BlockUnknown, known_blocks, new_enrolment, opened
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.service import CandidateExists, identified, new_candidate
from parchemin.candidates.identity.storage import fingerprint, index_names, keep
from parchemin.candidates.imports.columns import Column, Layout, layout_of
from parchemin.candidates.imports.reading import read_file
from parchemin.candidates.imports.rows import Row, RowFault, read_row
from parchemin.candidates.referentials.service import known_referential
from parchemin.common.language import Text
from parchemin.common.outbox import publish_all
from parchemin.common.vault import Vault
from parchemin.contracts.envelope import Event
from parchemin.contracts.referential import Referential

_KEYS_A_STATEMENT = 1_000


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, read: its layout and its rows. Nothing of it is recorded yet."""

    layout: Layout
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file."""

    layout: Layout
    rows: int
    faults: tuple[RowFault, ...]
    """In the order of the file."""
    candidates: tuple[UUID, ...]
    """Those entered, in the order of the file; none where nothing was written."""


@dataclass(frozen=True, slots=True)
class _Admission:
    """A row that may go in."""

    candidate: Candidate
    person: Person
    enrolment: Enrolment | None


def read_candidates(content: bytes) -> Reading:
    """Read a file without asking the database; `FileRefused` where it cannot be read as a whole."""
    file = read_file(content)
    layout = layout_of(file.header.cells)
    return Reading(layout, tuple(read_row(layout, line) for line in file.lines))


async def import_candidates(
    session: AsyncSession, vault: Vault, organisation_id: UUID, reading: Reading, *, all_or_nothing: bool
) -> Outcome:
    """Enter the good rows of a file; none of them, when asked so, where one is bad."""
    referential = await known_referential(session, None) if reading.layout.enrols else None
    faults = [fault for row in reading.rows for fault in row.faults]
    admissions: dict[int, _Admission] = {}
    first_lines: dict[bytes, int] = {}
    index = await vault.index(session)
    for row in reading.rows:
        admission, found = _admission(row, referential, organisation_id)
        if admission is not None:
            key = fingerprint(index, organisation_id, admission.person)
            admission.candidate.fingerprint = key
            first = first_lines.setdefault(key, row.line)
            if first != row.line:
                found.append(_duplicate(row.line, first))
        faults += found
        if admission is not None and not row.faults and not found:
            admissions[row.line] = admission
    known = await _known_persons(session, organisation_id, first_lines)
    for line, admission in list(admissions.items()):
        candidate_id = known.get(admission.candidate.fingerprint)
        if candidate_id is not None:
            faults.append(_exists(line, candidate_id))
            del admissions[line]
    if all_or_nothing and faults:
        admissions.clear()
    await _admit(session, vault, list(admissions.values()))
    return Outcome(
        layout=reading.layout,
        rows=len(reading.rows),
        faults=tuple(sorted(faults, key=lambda fault: (fault.line, _place(reading.layout, fault.column)))),
        candidates=tuple(admission.candidate.id for admission in admissions.values()),
    )


def _admission(
    row: Row, referential: Referential | None, organisation_id: UUID
) -> tuple[_Admission | None, list[RowFault]]:
    found = []
    candidate = None if row.entry is None else new_candidate(organisation_id)
    enrolment = None
    if row.blocks is not None and referential is not None:
        every = [block.number for block in referential.blocks]
        try:
            blocks = known_blocks(referential, every if row.blocks is ... else row.blocks)
        except BlockUnknown as error:
            found.append(RowFault(row.line, Column.BLOCKS, error.code, error.detail))
        else:
            if candidate is not None and row.access_path is not None:
                enrolment = new_enrolment(candidate, referential, row.access_path, blocks)
    if row.entry is None or candidate is None:
        return None, found
    return _Admission(candidate, row.entry.person(), enrolment), found


def _place(layout: Layout, column: Column | None) -> int:
    return -1 if column is None else layout.places.get(column, -1)


def _duplicate(line: int, first: int) -> RowFault:
    text = Text(
        f"Même personne qu'à la ligne {first} : mêmes nom, prénoms, date et commune de naissance.",
        f"Same person as on line {first}: same names, birth date and birth place.",
    )
    return RowFault(line, None, "row_repeated", text)


def _exists(line: int, candidate_id: UUID) -> RowFault:
    said = CandidateExists.detail
    text = Text(said.say("fr", candidate_id=candidate_id), said.say("en", candidate_id=candidate_id))
    return RowFault(line, None, CandidateExists.code, text)


async def _known_persons(session: AsyncSession, organisation_id: UUID, keys: Iterable[bytes]) -> dict[bytes, UUID]:
    wanted = list(keys)
    known: dict[bytes, UUID] = {}
    for start in range(0, len(wanted), _KEYS_A_STATEMENT):
        statement = select(col(Candidate.fingerprint), col(Candidate.id)).where(
            col(Candidate.organisation_id) == organisation_id,
            col(Candidate.fingerprint).in_(wanted[start : start + _KEYS_A_STATEMENT]),
        )
        for key, candidate_id in await session.execute(statement):
            known[key] = candidate_id
    return known


async def _admit(session: AsyncSession, vault: Vault, admitted: Sequence[_Admission]) -> None:
    """Insert candidates, then their enrolments, with the facts about them in the order of the file."""
    persons = [(admission.candidate, admission.person) for admission in admitted]
    await keep(session, vault, persons)
    session.add_all([admission.candidate for admission in admitted])
    await index_names(session, vault, persons)
    session.add_all([admission.enrolment for admission in admitted if admission.enrolment is not None])
    events: list[Event] = []
    for admission in admitted:
        events.extend(identified(admission.candidate, admission.person))
        if admission.enrolment is not None:
            events.append(opened(admission.enrolment))
    await publish_all(session, events)
