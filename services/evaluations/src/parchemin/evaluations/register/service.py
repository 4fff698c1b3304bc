"""Appending to the register, and reading it from end to end in bounded memory."""

import secrets
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, fields
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.clock import utc_now
from parchemin.common.statements import table_of
from parchemin.evaluations.awards.models import Award, RegisterCounter
from parchemin.evaluations.awards.rules import register_number
from parchemin.evaluations.register.models import RegisterEntry, RegisterHead
from parchemin.evaluations.register.rules import (
    EMPTY,
    SALT_BYTES,
    ChainCheck,
    Entry,
    EntryKind,
    Fact,
    Fault,
    Head,
    counter_faults,
    sealed,
)

BATCH = 1000
"""Rows that are read at a time."""

_entries, _head = table_of(RegisterEntry), table_of(RegisterHead)
_awards, _counters = table_of(Award), table_of(RegisterCounter)
_FIELDS = [field.name for field in fields(Entry)]


async def append(session: AsyncSession, facts: Sequence[Fact]) -> Sequence[Entry]:
    """Enter these facts, in this order, in the caller's transaction. Their awards stand in the database.

    The head is the last lock that a transaction takes, after those of enrolments and of the years' counters: who
    holds it waits for nobody, so nobody waits for ever.
    """
    if not facts:
        return ()
    position, digest = (await session.execute(select(_head.c.position, _head.c.hash).with_for_update())).one()
    head, now, entries = Head(position, digest), utc_now(), list[Entry]()
    for fact in facts:
        entry = sealed(fact, head, recorded_at=now, salt=secrets.token_hex(SALT_BYTES))
        head = Head(entry.position, entry.hash)
        entries.append(entry)
    await session.execute(insert(_entries), [asdict(entry) for entry in entries])
    await session.execute(update(_head).values(position=head.position, hash=head.hash))
    return entries


def fact_of(award: Award) -> Fact:
    """That this award was made."""
    return Fact(
        kind=EntryKind.AWARDED,
        register_number=register_number(award.year, award.rank),
        award_id=award.id,
        enrolment_id=award.enrolment_id,
        candidate_id=award.candidate_id,
        organisation_id=award.organisation_id,
        session_id=award.session_id,
        decided_on=award.awarded_on,
    )


async def head_of(session: AsyncSession) -> Head:
    """The end of the chain, as the last writer left it."""
    row = (await session.execute(select(_head.c.position, _head.c.hash))).one_or_none()
    return EMPTY if row is None else Head(*row)


async def verify(session: AsyncSession, check: ChainCheck) -> AsyncGenerator[Fault]:
    """All that is wrong with the register: the chain, and its agreement with awards, counters and head."""
    facts = [_awards.c[name].label(f"award_{name}") for name in ("year", "rank", "awarded_on", *_SHARED)]
    statement = (
        select(*(_entries.c[name] for name in _FIELDS), _awards.c.id.label("found"), *facts)
        .outerjoin_from(_entries, _awards, _awards.c.id == _entries.c.award_id)
        .order_by(_entries.c.position)
        .execution_options(yield_per=BATCH)
    )
    async for row in (await session.stream(statement)).mappings():
        entry = entry_of(row)
        for fault in check.read(entry):
            yield fault
        if differs := _differences(entry, row):
            yield Fault("award_differs", entry.position, f"says otherwise than award {entry.award_id}: {differs}")
    for fault in check.end():
        yield fault
    async for fault in _unentered(session):
        yield fault
    given = await session.execute(select(_counters.c.year, _counters.c.last))
    counters = {row.year: row.last for row in given}
    for fault in counter_faults(check.last_ranks, counters):
        yield fault
    if (kept := await head_of(session)) != check.head:
        yield Fault("head_row_differs", check.head.position, f"is the last entry; the head was left at {kept.position}")


def entry_of(row: RowMapping) -> Entry:
    """The entry of a row that has its columns."""
    return Entry(**{name: row[name] for name in _FIELDS})


def entries_between(after: int, last: int, organisation_id: UUID | None) -> Select[*tuple[object, ...]]:
    """The next batch of entries, of this organisation where one is named, as rows of the columns of an entry."""
    statement = (
        select(*(_entries.c[name] for name in _FIELDS))
        .where(_entries.c.position > after, _entries.c.position <= last)
        .order_by(_entries.c.position)
        .limit(BATCH)
    )
    return statement if organisation_id is None else statement.where(_entries.c.organisation_id == organisation_id)


_SHARED = ("enrolment_id", "candidate_id", "organisation_id", "session_id")


def _differences(entry: Entry, row: RowMapping) -> str:
    if row["found"] is None:
        return "there is none"
    said = {name: row[f"award_{name}"] for name in _SHARED}
    said["register_number"] = register_number(row["award_year"], row["award_rank"])
    if entry.kind == EntryKind.AWARDED:
        said["decided_on"] = row["award_awarded_on"]
    return ", ".join(name for name, value in said.items() if getattr(entry, name) != value)


async def _unentered(session: AsyncSession) -> AsyncGenerator[Fault]:
    """Awards that the register does not tell of, and revocations of awards that it had not told of."""
    made = _entries.alias("made")
    entered = select(made.c.position).where(made.c.award_id == _awards.c.id, made.c.kind == EntryKind.AWARDED).exists()
    async for (award_id,) in await session.stream(select(_awards.c.id).where(~entered).order_by(_awards.c.id)):
        yield Fault("award_not_entered", None, f"award {award_id} has no entry")
    before = (
        select(func.count())
        .select_from(made)
        .where(
            made.c.award_id == _entries.c.award_id,
            made.c.kind == EntryKind.AWARDED,
            made.c.position < _entries.c.position,
        )
        .scalar_subquery()
    )
    revoked = select(_entries.c.position).where(_entries.c.kind == EntryKind.REVOKED, before == 0)
    async for (position,) in await session.stream(revoked.order_by(_entries.c.position)):
        yield Fault("revoked_unawarded", position, "revokes an award that was not entered before")
