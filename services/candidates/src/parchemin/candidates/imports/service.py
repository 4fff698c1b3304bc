"""Use cases about imports: a file comes, is done at once or waits, is watched, cancelled, and corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.imports.columns import Column
from parchemin.candidates.imports.deciding import Decision, decide
from parchemin.candidates.imports.models import (
    CandidateImport,
    CandidateImportFile,
    CandidateImportRow,
    CandidateOrigin,
    FileRole,
)
from parchemin.candidates.imports.preparing import Reading, prepared
from parchemin.candidates.imports.rejected import rejected_csv
from parchemin.candidates.imports.rows import RowFault
from parchemin.candidates.imports.rules import NEXT_STATES, WRITING, ImportState, RowOutcome, tallied
from parchemin.candidates.imports.writing import write
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.database import announce
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.ownership import find, owned
from parchemin.common.problems import Conflict, NotFound
from parchemin.common.statements import insert_many, table_of
from parchemin.common.vault import Purpose, Vault

DUE = "candidate_imports_due"
"""Announced by each transaction that gives the importer something to do."""
CHUNK = 1_000
"""Rows of a large import that go in together, so that nobody waits long for the database."""
_DEFAULT_SOURCE = "file"
_rows = table_of(CandidateImportRow)
_files = table_of(CandidateImportFile)


class IllegalImportStep(Conflict):
    """The import is over."""

    code = "illegal_import_step"
    detail = Text(
        "Un import dans l'état « {state} » ne peut pas passer à « {wanted} ».",
        "An import that is {state} cannot become {wanted}.",
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be imported."""

    preview: bool = False
    all_or_nothing: bool = False
    source: str | None = None
    class_id: str | None = None


def new_import(principal: Principal, reading: Reading, asked: Asked) -> CandidateImport:
    """The import of a file that was read, waiting for its turn."""
    return CandidateImport(
        organisation_id=principal.organisation,
        state=ImportState.QUEUED,
        kind=reading.file.kind,
        source=(asked.source or reading.file.system or _DEFAULT_SOURCE)[:100],
        class_id=asked.class_id,
        preview=asked.preview,
        all_or_nothing=asked.all_or_nothing,
        rows=len(reading.rows),
        warnings=list(reading.layout.unknown),
        submitter_issuer=principal.issuer,
        submitter_subject=principal.subject,
    )


async def queue(session: AsyncSession, vault: Vault, record: CandidateImport, content: bytes) -> None:
    """Keep the file, sealed, for the importer."""
    session.add(record)
    await session.flush()
    await _keep_file(session, vault, record.id, FileRole.RECEIVED, content)
    announce(session, DUE)


async def import_at_once(
    session: AsyncSession, vault: Vault, record: CandidateImport, reading: Reading, *, rejected_for: timedelta
) -> list[Decision]:
    """Do a small import in the transaction of the request that brings it."""
    session.add(record)
    step(record, ImportState.RUNNING)
    await session.flush()
    index = await vault.index(session)
    rows = prepared(reading, record.organisation_id, record.source, index)
    present = frozenset(reading.layout.places)
    decisions = await decide(session, vault, record.organisation_id, rows, present, lock=not record.preview)
    hold_all_if_one_is_bad(record, decisions)
    await put_rows(session, vault, record, reading, decisions)
    await conclude(session, vault, record, reading, rejected_for=rejected_for)
    return decisions


def hold_all_if_one_is_bad(record: CandidateImport, decisions: Sequence[Decision]) -> None:
    """All or nothing, where that is asked for."""
    if record.all_or_nothing and any(one.outcome is RowOutcome.REJECTED for one in decisions):
        for decision in decisions:
            if decision.outcome in WRITING:
                decision.outcome = RowOutcome.HELD


async def put_rows(
    session: AsyncSession, vault: Vault, record: CandidateImport, reading: Reading, decisions: Sequence[Decision]
) -> None:
    """Write what was decided, unless it is a preview, and what became of each row; count them as done."""
    if not record.preview:
        await write(session, vault, record.organisation_id, decisions, frozenset(reading.layout.places))
    rows = [_row(record, reading, decision) for decision in decisions]
    await insert_many(session, _rows, rows)
    counts = tallied(decision.outcome for decision in decisions)
    total = {str(outcome): record.counts.get(outcome, 0) + count for outcome, count in counts.items()}
    done = record.rows_done + len(decisions)
    # Not through the session: progress is no new version of the import, whose ETag a client may hold to cancel it.
    await session.execute(
        update(CandidateImport)
        .where(col(CandidateImport.id) == record.id)
        .values(rows_done=done, counts=total, updated_at=utc_now())
        .execution_options(synchronize_session="evaluate")
    )


async def conclude(
    session: AsyncSession, vault: Vault, record: CandidateImport, reading: Reading, *, rejected_for: timedelta
) -> None:
    """The import is done: its file is forgotten, and the rejected rows are kept for a while."""
    step(record, ImportState.DONE)
    rejected = (
        select(_rows.c.line, _rows.c.faults)
        .where(_rows.c.import_id == record.id, _rows.c.outcome == RowOutcome.REJECTED)
        .order_by(_rows.c.line)
    )
    reasons = {
        line: [f"{fault['column'] or ''} : {fault['fr']}".removeprefix(" : ") for fault in faults]
        for line, faults in await session.execute(rejected)
    }
    await forget_files(session, vault, record.id)
    if reasons:
        record.rejected_until = utc_now() + rejected_for
        content = rejected_csv(reading.file, reasons)
        await _keep_file(session, vault, record.id, FileRole.REJECTED, content)


def step(record: CandidateImport, state: ImportState, *, failure: str | None = None) -> None:
    """Take a step, if there is one from here."""
    if state not in NEXT_STATES[ImportState(record.state)]:
        raise IllegalImportStep(state=record.state, wanted=state)
    record.state, record.failure, record.updated_at = state, failure, utc_now()


async def cancel(
    session: AsyncSession, vault: Vault, principal: Principal, import_id: UUID, expected: int
) -> CandidateImport:
    """Stop an import; what went in stays."""
    record = await find(session, CandidateImport, import_id, principal, for_update=True)
    require_version(record, expected)
    step(record, ImportState.CANCELLED)
    await forget_files(session, vault, record.id)
    return record


async def rejected_rows(session: AsyncSession, vault: Vault, principal: Principal, import_id: UUID) -> bytes:
    """The corrected-rows file, for who brought the file, and for its time."""
    own = owned(CandidateImport, principal).where(
        col(CandidateImport.id) == import_id,
        col(CandidateImport.submitter_issuer) == principal.issuer,
        col(CandidateImport.submitter_subject) == principal.subject,
        col(CandidateImport.rejected_until) > utc_now(),
    )
    if (await session.execute(own)).scalar_one_or_none() is None:
        raise NotFound
    return await open_file(session, vault, import_id, FileRole.REJECTED)


async def open_file(session: AsyncSession, vault: Vault, import_id: UUID, role: FileRole) -> bytes:
    """A file of an import; `NotFound` where its time is over."""
    ciphers = await vault.ciphers(session, [import_id], Purpose.IMPORT)
    sealed = await session.scalar(
        select(_files.c.content).where(_files.c.import_id == import_id, _files.c.role == role)
    )
    if sealed is None or import_id not in ciphers:
        raise NotFound
    return ciphers[import_id].open_bytes(sealed, place=_file_place(import_id, role))


async def forget_files(session: AsyncSession, vault: Vault, import_id: UUID) -> None:
    """Delete the files of an import, and the key that they were sealed under."""
    await session.execute(delete(_files).where(_files.c.import_id == import_id))
    await vault.destroy(session, import_id, Purpose.IMPORT)


async def forget_candidate(session: AsyncSession, vault: Vault, candidate_id: UUID) -> None:
    """For an erasure: the sources forget the candidate, and so do the files of rows that were about them."""
    origins = table_of(CandidateOrigin)
    await session.execute(delete(origins).where(origins.c.candidate_id == candidate_id))
    about = select(_rows.c.import_id).where(_rows.c.candidate_id == candidate_id).distinct()
    for import_id in list((await session.execute(about)).scalars()):
        await forget_files(session, vault, import_id)


async def _keep_file(session: AsyncSession, vault: Vault, import_id: UUID, role: FileRole, content: bytes) -> None:
    cipher = await vault.cipher(session, import_id, Purpose.IMPORT)
    sealed = cipher.seal_bytes(content, place=_file_place(import_id, role))
    await session.execute(insert(_files).values(import_id=import_id, role=role, content=sealed))


def _file_place(import_id: UUID, role: FileRole) -> str:
    return f"candidate_import_files.content:{import_id}:{role}"


def _row(record: CandidateImport, reading: Reading, decision: Decision) -> dict[str, Any]:
    headings = reading.layout.headings

    def told(fault: RowFault) -> dict[str, str | None]:
        column = None if fault.column is None else headings.get(fault.column, fault.column)
        return {"column": column, "code": fault.code, "fr": fault.reason.fr, "en": fault.reason.en}

    now = utc_now()
    return {
        "id": new_id(),
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "organisation_id": record.organisation_id,
        "import_id": record.id,
        "line": decision.row.line,
        "outcome": decision.outcome,
        "candidate_id": None if record.preview and decision.outcome is RowOutcome.CREATED else decision.candidate_id,
        "changed": [headings.get(column, column) for column in decision.changed],
        "faults": [told(fault) for fault in _in_order(reading, decision.faults)],
        "notes": [told(note) for note in decision.notes],
    }


def _in_order(reading: Reading, faults: Sequence[RowFault]) -> list[RowFault]:
    """As the columns stand in the file; of the row as a whole first."""

    def place(column: Column | None) -> int:
        return -1 if column is None else reading.layout.places.get(column, len(reading.layout.places))

    return sorted(faults, key=lambda fault: place(fault.column))
