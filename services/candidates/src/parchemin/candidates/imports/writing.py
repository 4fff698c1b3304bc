"""Writing what was decided: a number of statements that does not grow with the rows."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.enrolments.service import new_enrolment, opened
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.service import identified
from parchemin.candidates.identity.storage import index_names, keep, person_names
from parchemin.candidates.imports.columns import Column
from parchemin.candidates.imports.deciding import Decision, said_place
from parchemin.candidates.imports.entries import remembered
from parchemin.candidates.imports.models import CandidateOrigin
from parchemin.candidates.imports.rules import WRITING, RowOutcome
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.common.outbox import publish_all
from parchemin.common.statements import insert_many, table_of
from parchemin.common.vault import Purpose, Vault
from parchemin.contracts.envelope import Event
from parchemin.contracts.events.candidates import EnrolmentBlocksExtendedV1

_candidates = table_of(Candidate)
_enrolments = table_of(Enrolment)
_origins = table_of(CandidateOrigin)


async def write(
    session: AsyncSession,
    vault: Vault,
    organisation_id: UUID,
    decisions: Sequence[Decision],
    present: Iterable[Column],
) -> None:
    """Enter, correct and enrol, with the facts about it in the order of the file."""
    written = [decision for decision in decisions if decision.outcome in WRITING]
    now = utc_now()
    for decision in written:
        if decision.candidate is None:
            decision.candidate = _new_candidate(organisation_id, now)
    persons = [
        (decision.candidate, decision.person)
        for decision in written
        if decision.candidate is not None and decision.person is not None
    ]
    await keep(session, vault, persons)
    await _put_candidates(session, written)
    renamed = [
        (decision.candidate, decision.person)
        for decision in written
        if decision.candidate is not None and decision.person is not None and _is_renamed(decision, decision.person)
    ]
    if renamed:
        await index_names(session, vault, renamed)
    events = await _put_enrolments(session, written)
    await _put_origins(session, vault, organisation_id, decisions, frozenset(present))
    await publish_all(session, events)


def _new_candidate(organisation_id: UUID, now: datetime) -> Candidate:
    """With all its values: finding out the defaults of a row takes longer than sealing it."""
    return Candidate(
        id=new_id(),
        version=1,
        created_at=now,
        updated_at=now,
        organisation_id=organisation_id,
        person=b"",
        fingerprint=b"",
        subject_digest=None,
        erased_at=None,
        merged_into=None,
    )


def _is_renamed(decision: Decision, person: Person) -> bool:
    return decision.known is None or person_names(decision.known) != person_names(person)


async def _put_candidates(session: AsyncSession, written: Sequence[Decision]) -> None:
    now = utc_now()
    new, corrected = [], []
    for decision in written:
        candidate = decision.candidate
        if candidate is None or decision.person is None:
            continue
        if decision.outcome is RowOutcome.CREATED:
            new.append(candidate.model_dump())
        else:
            candidate.version, candidate.updated_at = candidate.version + 1, now
            names = ("person", "fingerprint", "subject_digest", "version", "updated_at")
            corrected.append({"row": candidate.id, **{name: getattr(candidate, name) for name in names}})
    await insert_many(session, _candidates, new)
    connection = await session.connection()
    if corrected:
        values: dict[str, Any] = {name: bindparam(name) for name in corrected[0] if name != "row"}
        await connection.execute(
            update(_candidates).where(_candidates.c.id == bindparam("row")).values(values), corrected
        )


async def _put_enrolments(session: AsyncSession, written: Sequence[Decision]) -> list[Event]:
    """The enrolments; the facts about these and their candidates."""
    events: list[Event] = []
    new, extended = [], []
    for decision in written:
        candidate, wish = decision.candidate, decision.enrolling
        if candidate is None:
            continue
        if decision.person is not None:
            events.extend(identified(candidate, decision.person))
        if wish.extends is not None:
            extended.append({"row": wish.extends.id, "blocks": list(wish.blocks), "updated_at": utc_now()})
            events.append(_extended(wish.extends, wish.blocks))
        elif wish.referential is not None and wish.path is not None:
            enrolment = new_enrolment(candidate, wish.referential, wish.path, list(wish.blocks))
            new.append(enrolment.model_dump())
            events.append(opened(enrolment))
    await insert_many(session, _enrolments, new)
    connection = await session.connection()
    if extended:
        change = update(_enrolments).where(_enrolments.c.id == bindparam("row"))
        values = {
            "blocks": bindparam("blocks"),
            "updated_at": bindparam("updated_at"),
            "version": _enrolments.c.version + 1,
        }
        await connection.execute(change.values(values), extended)
    return events


def _extended(enrolment: Enrolment, blocks: tuple[int, ...]) -> EnrolmentBlocksExtendedV1:
    return EnrolmentBlocksExtendedV1(
        enrolment_id=enrolment.id, organisation_id=enrolment.organisation_id, blocks=blocks
    )


async def _put_origins(
    session: AsyncSession,
    vault: Vault,
    organisation_id: UUID,
    decisions: Sequence[Decision],
    present: frozenset[Column],
) -> None:
    """Remember what each row said, also where it changed nothing: its candidate is the source's from now on."""
    told = [
        decision
        for decision in decisions
        if decision.outcome in {*WRITING, RowOutcome.UNCHANGED} and decision.candidate is not None
    ]
    ids = [decision.candidate.id for decision in told if decision.candidate is not None]
    ciphers = await vault.ciphers(session, ids, Purpose.IDENTITY)
    now = utc_now()
    new, known = [], []
    for decision in told:
        candidate, row = decision.candidate, decision.row
        if candidate is None or row.key is None:
            continue
        origin_id = new_id() if decision.origin is None else decision.origin.id
        said = json.dumps(remembered(present, row.row.said, decision.before))
        values = {
            "digest": row.digest,
            "said": ciphers[candidate.id].seal(said, place=said_place(origin_id)),
            "updated_at": now,
        }
        if decision.origin is None:
            whose = {"organisation_id": organisation_id, "key": row.key, "candidate_id": candidate.id}
            new.append({"id": origin_id, **whose, **values})
        else:
            known.append({"row": origin_id, **values})
    await insert_many(session, _origins, new)
    connection = await session.connection()
    if known:
        columns: dict[str, Any] = {name: bindparam(name) for name in ("digest", "said", "updated_at")}
        await connection.execute(update(_origins).where(_origins.c.id == bindparam("row")).values(columns), known)
