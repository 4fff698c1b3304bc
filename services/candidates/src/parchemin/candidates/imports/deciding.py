"""What a run of rows would do to the candidates that there are: read by a number of statements that does not grow with
the rows. Nothing is written here, so that a preview tells what an import does."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.candidates.identity.service import CandidateExists
from parchemin.candidates.identity.storage import CandidateErased, fingerprint, persons_of
from parchemin.candidates.imports.columns import Column
from parchemin.candidates.imports.enrolling import Enrolling, enrolling
from parchemin.candidates.imports.entries import PLACES, changes, entry_of, said_by
from parchemin.candidates.imports.models import CandidateOrigin
from parchemin.candidates.imports.preparing import Prepared
from parchemin.candidates.imports.rows import RowFault
from parchemin.candidates.imports.rules import RowOutcome
from parchemin.common.language import Text
from parchemin.common.statements import among, table_of
from parchemin.common.vault import Purpose, Vault

_LEAVES = Text(
    "La source supprime cette personne : rien n'a été changé ici, son inscription est à revoir.",
    "The source deletes this person: nothing was changed here, the enrolment is to be looked at.",
)


_candidates = table_of(Candidate)
_origin_rows = table_of(CandidateOrigin)


@dataclass(slots=True)
class Decision:
    """What a row does."""

    row: Prepared
    outcome: RowOutcome
    candidate: Candidate | None = None
    """As it is in the database; None where it is new, or not touched."""
    known: Person | None = None
    """Who it was."""
    person: Person | None = None
    """Who it is from now on, where that changes."""
    origin: CandidateOrigin | None = None
    before: dict[Column, Any] | None = None
    """What the source had said."""
    changed: tuple[Column, ...] = ()
    enrolling: Enrolling = field(default_factory=Enrolling)
    faults: tuple[RowFault, ...] = ()
    notes: tuple[RowFault, ...] = ()

    @property
    def candidate_id(self) -> UUID | None:
        """Whom the row is about, where that is known."""
        if self.candidate is not None:
            return self.candidate.id
        return None if self.origin is None else self.origin.candidate_id


async def decide(
    session: AsyncSession,
    vault: Vault,
    organisation_id: UUID,
    rows: Sequence[Prepared],
    present: Collection[Column],
    *,
    lock: bool,
) -> list[Decision]:
    """What each of these rows does; `lock` where it is to be done in this transaction."""
    origins = await _origins(session, organisation_id, [row.key for row in rows if row.key is not None])
    prints = {row.fingerprint for row in rows if row.fingerprint is not None}
    holders = await _holders(session, organisation_id, prints)
    decisions = [_first_look(row, origins, holders) for row in rows]
    await _look_closer(session, vault, organisation_id, decisions, present, lock=lock)
    await enrolling(session, organisation_id, decisions, lock=lock)
    for decision in decisions:
        _conclude(decision)
    return decisions


async def _origins(session: AsyncSession, organisation_id: UUID, keys: Sequence[bytes]) -> dict[bytes, CandidateOrigin]:
    statement = select(CandidateOrigin).where(
        col(CandidateOrigin.organisation_id) == organisation_id, among(session, _origin_rows.c.key, keys)
    )
    return {origin.key: origin for origin in (await session.execute(statement)).scalars()}


async def _holders(session: AsyncSession, organisation_id: UUID, prints: Iterable[bytes]) -> dict[bytes, UUID]:
    statement = select(col(Candidate.fingerprint), col(Candidate.id)).where(
        col(Candidate.organisation_id) == organisation_id,
        among(session, _candidates.c.fingerprint, list(prints)),
    )
    return {row.fingerprint: row.id for row in await session.execute(statement)}


def _first_look(row: Prepared, origins: Mapping[bytes, CandidateOrigin], holders: Mapping[bytes, UUID]) -> Decision:
    """By digests alone: most rows of a file that comes again need no more."""
    origin = None if row.key is None else origins.get(row.key)
    decision = Decision(row, RowOutcome.UPDATED, origin=origin, faults=row.faults)
    if row.row.leaves:
        decision.outcome = RowOutcome.LEFT
        decision.notes = (RowFault(row.line, None, "to_be_deleted", _LEAVES),)
    elif row.faults:
        decision.outcome = RowOutcome.REJECTED
    elif origin is not None:
        decision.outcome = RowOutcome.UNCHANGED if origin.digest == row.digest else RowOutcome.UPDATED
    elif row.incomplete:
        decision.outcome, decision.faults = RowOutcome.REJECTED, row.incomplete
    elif row.fingerprint not in holders:
        decision.outcome, decision.person = RowOutcome.CREATED, _person(row.entry)
    return decision


def _person(entry: CandidateEntry | None) -> Person | None:
    return None if entry is None else entry.person()


async def _look_closer(
    session: AsyncSession,
    vault: Vault,
    organisation_id: UUID,
    decisions: Sequence[Decision],
    present: Collection[Column],
    *,
    lock: bool,
) -> None:
    """Rows that say something new of a candidate: what of the record they change."""
    touched = [decision for decision in decisions if decision.outcome is RowOutcome.UPDATED]
    if not touched:
        return
    ids = [decision.origin.candidate_id for decision in touched if decision.origin is not None]
    prints = [decision.row.fingerprint for decision in touched if decision.row.fingerprint is not None]
    statement = select(Candidate).where(
        col(Candidate.organisation_id) == organisation_id,
        among(session, _candidates.c.id, ids) | among(session, _candidates.c.fingerprint, prints),
    )
    statement = statement.order_by(col(Candidate.id))
    found = (await session.execute(statement.with_for_update() if lock else statement)).scalars().all()
    for known in found:
        session.expunge(known)  # they are written by one statement for all of them, not by the session
    by_id = {candidate.id: candidate for candidate in found}
    by_print = {candidate.fingerprint: candidate for candidate in found}
    persons = await persons_of(session, vault, found)
    ciphers = await vault.ciphers(session, ids, Purpose.IDENTITY)
    index = await vault.index(session)
    for decision in touched:
        origin, print_ = decision.origin, decision.row.fingerprint
        candidate = by_id.get(origin.candidate_id) if origin is not None else by_print.get(print_ or b"")
        if candidate is None or candidate.id not in persons:
            _reject(decision, None, CandidateErased.code, CandidateErased.detail)
            continue
        decision.candidate, decision.known = candidate, persons[candidate.id]
        if origin is not None:
            said = ciphers[candidate.id].open(origin.said, place=said_place(origin.id))
            decision.before = {Column(column): value for column, value in json.loads(said).items()}
        _change(decision, persons[candidate.id], present)
        if decision.person is not None:
            wanted = fingerprint(index, organisation_id, decision.person)
            holder = by_print.get(wanted)
            if holder is not None and holder.id != candidate.id:
                _reject(decision, None, CandidateExists.code, _exists(holder.id))


def said_place(origin_id: UUID) -> str:
    """What the sealed text of an origin belongs to."""
    return f"candidate_origins.said:{origin_id}"


def _exists(candidate_id: UUID) -> Text:
    said = CandidateExists.detail
    return Text(said.say("fr", candidate_id=candidate_id), said.say("en", candidate_id=candidate_id))


def _change(decision: Decision, person: Person, present: Collection[Column]) -> None:
    try:
        base = CandidateEntry.model_validate(person.model_dump(mode="json"))
    except ValidationError:  # recorded under rules of before
        base = CandidateEntry.model_construct(**person.model_dump(mode="json"))
    said = decision.row.row.said
    changed = changes(present, said, decision.before, said_by(base))
    if not changed:
        return
    entry, findings = entry_of(changed, base)
    for column, code, reason in findings:
        _reject(decision, column, code, reason)
    decision.person = _person(entry)
    decision.changed = tuple(column for column in PLACES if column in changed)


def _reject(decision: Decision, column: Column | None, code: str, reason: Text) -> None:
    decision.outcome = RowOutcome.REJECTED
    decision.faults = (*decision.faults, RowFault(decision.row.line, column, code, reason))


def _conclude(decision: Decision) -> None:
    if decision.outcome is RowOutcome.UPDATED and decision.person is None and not decision.enrolling.writes:
        decision.outcome = RowOutcome.UNCHANGED
