"""The register in real databases: what awards enter, what the database refuses, what verification shows, what goes
out."""

import asyncio
import csv
import io
import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from services.evaluations.tests.register.furnishing import furnish
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from parchemin.common import migrations
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.statements import table_of
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.awards.models import Award
from parchemin.evaluations.register import service
from parchemin.evaluations.register.export import COLUMNS
from parchemin.evaluations.register.models import RegisterEntry
from parchemin.evaluations.register.rules import ChainCheck, Entry, EntryKind, Head, hash_of

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

_entries = table_of(RegisterEntry)


async def faults(database: Database, expected: Head | None = None) -> list[tuple[str, int | None]]:
    async with database.reading() as session:
        return [(fault.code, fault.position) async for fault in service.verify(session, ChainCheck(expected))]


async def head(database: Database) -> Head:
    async with database.reading() as session:
        return await service.head_of(session)


async def tamper(database: Database, *statements: str) -> None:
    """What somebody does who owns the database, and takes its triggers and keys away first."""
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.executescript(
                "PRAGMA foreign_keys=OFF; DROP TRIGGER IF EXISTS register_entries_no_update;"
                "DROP TRIGGER IF EXISTS register_entries_no_delete;" + ";".join(statements)
            )
        else:
            await connection.execute(text("SET session_replication_role = replica"))
            for statement in statements:
                await connection.execute(text(statement))
            await connection.execute(text("SET session_replication_role = origin"))
            await connection.commit()


async def test_awards_of_a_closing_are_entered_with_them(school: "School") -> None:
    enrolments = [await school.enrol() for _ in range(2)]
    for enrolment in enrolments:
        await school.decide(enrolment, "M1", "M2", "M3", "M4")
    database = school.app.state.database
    assert await faults(database) == []
    async with database.reading() as session:
        entries = (await session.execute(select(_entries).order_by(_entries.c.position))).all()
    awards = [await school.award(enrolment) or {} for enrolment in enrolments]
    assert [(entry.position, entry.register_number, str(entry.award_id)) for entry in entries] == [
        (place, award["register_number"], award["id"]) for place, award in enumerate(awards, start=1)
    ]
    assert len({entry.salt for entry in entries}) == 2
    certifier = school.bearer(Role.CERTIFIER)
    told = await school.get("/v1/register/head", by=certifier)
    assert told == {"position": 2, "hash": entries[-1].hash}


async def test_writers_at_once_make_one_chain(database: Database) -> None:
    years = [2020, 2021, 2022, 2023]
    await asyncio.gather(*(furnish(database, 3, new_id(), year=year) for year in years))
    assert (await head(database)).position == 12
    assert await faults(database) == []


async def test_an_append_that_is_rolled_back_leaves_nothing(database: Database) -> None:
    await furnish(database, 2, new_id())
    before = await head(database)

    async def interrupted() -> None:
        async with database.transaction() as session:
            award = (await session.execute(select(Award).limit(1))).scalar_one()
            await service.append(session, [replace(service.fact_of(award), kind=EntryKind.REVOKED)])
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        await interrupted()
    assert await head(database) == before
    assert await faults(database, before) == []


async def test_the_database_refuses_to_change_or_to_take_out_an_entry(database: Database) -> None:
    await furnish(database, 2, new_id())
    statements = ["UPDATE register_entries SET salt = 'a'", "DELETE FROM register_entries"]
    if not database.is_sqlite:
        statements.append("TRUNCATE register_entries")
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.transaction() as session:
                await session.execute(text(statement))
    assert await faults(database) == []


async def test_revocations_are_entered_after_the_award_and_once(database: Database) -> None:
    await furnish(database, 3, new_id())
    async with database.transaction() as session:
        award = (await session.execute(select(Award).where(Award.rank == 2))).scalar_one()
        revoked = replace(service.fact_of(award), kind=EntryKind.REVOKED, decided_on=utc_now().date())
        await service.append(session, [revoked])
    assert await faults(database) == []
    with pytest.raises(DBAPIError):
        async with database.transaction() as session:
            await service.append(session, [revoked])
    assert await faults(database) == []


SET_RANK = "UPDATE awards SET rank = 9 WHERE rank = 2"
TAMPERINGS: dict[str, tuple[tuple[str, ...], set[tuple[str, int | None]]]] = {
    "altered": (
        ("UPDATE register_entries SET decided_on = '2023-01-01' WHERE position = 2",),
        {("hash_wrong", 2), ("award_differs", 2), ("year_differs", 2)},
    ),
    "deleted": (
        ("DELETE FROM register_entries WHERE position = 2",),
        {("position_gap", 3), ("link_broken", 3), ("rank_gap", 3), ("award_not_entered", None)},
    ),
    "cut off": (
        ("DELETE FROM register_entries WHERE position >= 3",),
        {("truncated", 2), ("award_not_entered", None), ("counter_differs", None), ("head_row_differs", 2)},
    ),
    "cut off with all that tells of it": (
        (
            "DELETE FROM register_entries WHERE position = 4",
            "DELETE FROM awards WHERE rank = 4",
            "UPDATE register_counters SET last = 3",
            "UPDATE register_head SET position = 3, hash = (SELECT hash FROM register_entries WHERE position = 3)",
        ),
        {("truncated", 3)},
    ),
    "an award altered": ((SET_RANK,), {("award_differs", 2)}),
    "an award deleted": (("DELETE FROM awards WHERE rank = 2",), {("award_differs", 2)}),
    "emptied": (
        ("DELETE FROM register_entries",),
        {("truncated", 0), ("award_not_entered", None), ("counter_differs", None), ("head_row_differs", 0)},
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_what_is_done_to_the_database_shows_with_its_place(database: Database, tampering: str) -> None:
    await furnish(database, 4, new_id())
    noted = await head(database)
    assert await faults(database, noted) == []
    statements, expected = TAMPERINGS[tampering]
    await tamper(database, *statements)
    assert set(await faults(database, noted)) == expected


def _at(connection: Connection, revision: str, *, down: bool) -> None:
    configuration = migrations.config("evaluations")
    configuration.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(configuration, revision)


async def test_awards_from_before_the_chain_are_chained_by_the_migration(database: Database) -> None:
    await furnish(database, 3, new_id(), enter=False, year=2023)
    await furnish(database, 2, new_id(), enter=False)
    async with migrations.transaction(database) as connection:
        await connection.run_sync(lambda sync: _at(sync, "6035e95cae13", down=True))
        await connection.run_sync(lambda sync: _at(sync, "head", down=False))
    assert await faults(database) == []
    assert (await head(database)).position == 5
    async with database.reading() as session:
        numbers = (await session.execute(select(_entries.c.register_number).order_by(_entries.c.position))).scalars()
        assert list(numbers) == ["2023-0001", "2023-0002", "2023-0003", "2024-0001", "2024-0002"]


async def test_the_export_holds_every_entry_of_who_may_see_it(
    school: "School", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    database, other = school.app.state.database, new_id()
    await furnish(database, 5, school.id)
    await furnish(database, 3, other, year=2023)
    certifier = school.bearer(Role.CERTIFIER)
    whole = await school.call("GET", "/v1/register/export?format=csv", by=certifier)
    assert whole.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert whole.content.endswith(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(whole.text, newline="")))
    assert [*rows[0]] == [*COLUMNS]
    assert [row["position"] for row in rows] == [str(place) for place in range(1, 9)]
    assert not [value for row in rows for value in row.values() if value[0] in "=+-@\t\r"]
    lines = (await school.call("GET", "/v1/register/export?format=jsonl", by=certifier)).text.splitlines()
    said = [json.loads(line) for line in lines]
    assert [{name: str(value) for name, value in line.items()} for line in said] == rows
    entries = [Entry(**{field.name: line[field.name] for field in fields(Entry)}) for line in said]
    assert [replace_time(entry) for entry in entries] == [entry.hash for entry in entries]
    own = list(csv.DictReader(io.StringIO((await school.call("GET", "/v1/register/export")).text, newline="")))
    assert own == [row for row in rows if row["organisation_id"] == str(school.id)]
    assert len(own) == 5
    stranger = await school.another().call("GET", "/v1/register/export")
    assert stranger.text == ",".join(COLUMNS) + "\r\n"


def replace_time(entry: Entry) -> str:
    """The hash of an entry that was read from its export."""
    return hash_of(replace(entry, recorded_at=utc_now().fromisoformat(str(entry.recorded_at))))


async def test_the_register_is_searched(school: "School") -> None:
    await furnish(school.app.state.database, 3, school.id)
    await furnish(school.app.state.database, 2, school.id, year=2025)
    every = (await school.get("/v1/awards"))["items"]
    one = every[1]

    async def found(query: str) -> int:
        return len((await school.get(f"/v1/awards?{query}"))["items"])

    assert (await school.get("/v1/awards?register_number=2024-0002"))["items"] == [one]
    assert await found("year=2024") == await found("awarded_to=2024-06-17") == 3
    assert await found("awarded_from=2024-06-18") == await found("year=2025&awarded_to=2025-06-17") == 2
    assert await found(f"session_id={one['session_id']}") == 3
    assert await found(f"candidate_id={one['candidate_id']}") == await found(f"enrolment_id={one['enrolment_id']}") == 1
    assert await found("register_number=2024-9999") == await found("year=2024&awarded_from=2024-06-18") == 0
    first = await school.get("/v1/awards?year=2024&limit=2")
    rest = await school.get(f"/v1/awards?year=2024&limit=2&cursor={first['next_cursor']}")
    assert [item["id"] for item in first["items"] + rest["items"]] == [item["id"] for item in every[:3]]
    await school.refuses("invalid", "GET", "/v1/awards?register_number=17")
