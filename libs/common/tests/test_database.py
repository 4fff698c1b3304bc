"""Transactions, readers and columns on both engines."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import aiosqlite
import asyncpg
import pytest
from libs.common.tests.toy_service import Note, notes_in
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import col
from structlog.testing import capture_logs

from parchemin.common import database as database_module
from parchemin.common.database import POSTGRES_LIMITS, Database, announce
from parchemin.common.failures import is_transient
from parchemin.common.ids import new_id
from parchemin.common.statements import insert_if_absent, upsert
from parchemin.common.tables import inbox

pytestmark = pytest.mark.asyncio

ON_POSTGRES = pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
PLACE = UUID(int=1)
CUT_OTHERS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


async def add(database: Database, **values: object) -> Note:
    note = Note(**{"organisation_id": PLACE, "text": "note", **values})
    async with database.transaction() as session:
        session.add(note)
    return note


async def test_amounts_are_exact_and_sums_too(database: Database) -> None:
    for number, amount in enumerate(("0.10", "0.20", "-7.05", "90071992547409.93")):
        await add(database, text=str(number), amount=Decimal(amount))
    async with database.reading() as session:
        amounts = await session.scalars(select(Note.amount).order_by(Note.text))
        assert list(amounts) == [Decimal("0.10"), Decimal("0.20"), Decimal("-7.05"), Decimal("90071992547409.93")]
        small = col(Note.amount) < Decimal("1.00")
        assert await session.scalar(select(func.sum(Note.amount)).where(small)) == Decimal("-6.75")
        assert await session.scalar(select(Note.text).where(col(Note.amount) == Decimal("0.2"))) == "1"


async def test_a_fraction_of_a_cent_is_refused(database: Database) -> None:
    for amount in ("0.001", "NaN", "1.005"):
        with pytest.raises(StatementError):
            await add(database, amount=Decimal(amount))


async def test_times_come_back_aware_and_in_utc_and_naive_ones_are_refused(database: Database) -> None:
    moment = datetime(2026, 3, 29, 12, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2)))
    note = await add(database, at=moment)
    async with database.reading() as session:
        read = (await session.get_one(Note, note.id)).at
        earlier = col(Note.at) < datetime(2026, 3, 29, 11, tzinfo=UTC)
        assert await session.scalar(select(func.count()).where(earlier)) == 1
    assert read == moment
    assert read.tzinfo is UTC
    with pytest.raises(StatementError):
        await add(database, at=datetime(2026, 1, 1))  # noqa: DTZ001


async def test_of_two_transactions_that_read_the_same_version_the_later_one_fails(database: Database) -> None:
    note = await add(database)
    async with database.reading() as session:
        stale = await session.get_one(Note, note.id)

    async def change(held: Note, value: str) -> int:
        async with database.transaction() as session:
            session.add(held)
            held.text = value
        return held.version

    assert await change(note, "first") == 2
    with pytest.raises(StaleDataError):
        await change(stale, "second")
    assert await notes_in(database) == ["first"]


async def test_concurrent_read_modify_write_loses_nothing(database: Database) -> None:
    note, other_process = await add(database, amount=Decimal("0.00")), Database(database.url)

    async def increment(through: Database) -> None:
        async with through.transaction() as session:
            held = await session.get_one(Note, note.id, with_for_update=True)
            held.amount += Decimal("0.01")

    await asyncio.gather(*(increment(through) for through in [database, other_process] * 10))
    await other_process.dispose()
    async with database.reading() as session:
        assert (await session.get_one(Note, note.id)).amount == Decimal("0.20")


async def test_a_reading_session_cannot_write_and_sees_one_state(database: Database) -> None:
    await add(database)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Note)) == 1
        await add(database, text="meanwhile")
        assert await session.scalar(select(func.count()).select_from(Note)) == 1

    async def write() -> None:
        async with database.reading() as session:
            await session.execute(text("DELETE FROM notes"))
            await session.commit()

    with pytest.raises(DBAPIError):
        await write()
    assert len(await notes_in(database)) == 2


async def test_a_transaction_that_is_cancelled_leaves_nothing_and_frees_the_writer(database: Database) -> None:
    for _ in range(3):
        reached = asyncio.Event()

        async def hang(reached: asyncio.Event = reached) -> None:
            async with database.transaction() as session:
                session.add(Note(organisation_id=PLACE, text="half"))
                await session.flush()
                reached.set()
                await asyncio.Event().wait()

        hanging = asyncio.create_task(hang())
        await reached.wait()
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
    async with asyncio.timeout(5):
        await add(database, text="whole")
    assert await notes_in(database) == ["whole"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # a connection to PostgreSQL has no thread
async def test_a_database_that_is_closed_leaves_no_thread_behind(database: Database) -> None:
    before, opened = set(threading.enumerate()), Database(database.url)

    async def work() -> None:
        async with opened.transaction() as session:
            await session.execute(text("SELECT 1"))

    for steps in range(40):  # cancelled wherever it may be: while it connects, begins, reads, commits
        working = asyncio.create_task(work())
        for _ in range(steps):
            await asyncio.sleep(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await opened.dispose()
        left = set(threading.enumerate()) - before
        assert [thread.name for thread in left if "connection_worker" in thread.name] == []


async def test_a_row_is_inserted_if_absent_and_else_left_alone(database: Database) -> None:
    row = {"consumer": "one", "event_id": new_id(), "handled_at": datetime.now(UTC)}

    async def insert() -> bool:
        async with database.transaction() as session:
            return await insert_if_absent(session, inbox, row)

    assert sorted(await asyncio.gather(*(insert() for _ in range(8)))) == [False] * 7 + [True]
    async with database.transaction() as session:
        later = {**row, "handled_at": datetime(2030, 1, 1, tzinfo=UTC)}
        await upsert(session, inbox, later, key=["consumer", "event_id"])
    async with database.reading() as session:
        assert await session.scalar(select(inbox.c.handled_at)) == later["handled_at"]


async def test_what_passes_by_itself_is_told_from_what_is_wrong(database: Database, engine: str) -> None:
    async def run(*statements: str) -> None:
        async with database.transaction() as session:
            for statement in statements:
                await session.execute(text(statement))

    async def lock_twice() -> None:
        async with database.transaction() as session, database.transaction() as second:
            await session.execute(text("LOCK TABLE notes"))
            await second.execute(text("LOCK TABLE notes NOWAIT"))

    wrong: list[Callable[[], Awaitable[None]]] = [
        lambda: run("SELECT nothing FROM nowhere"),
        lambda: run("SELEC 1"),
        lambda: run("INSERT INTO notes (text) VALUES ('x')"),
    ]
    for failing in wrong:
        with pytest.raises(DBAPIError) as failure:
            await failing()
        assert not is_transient(failure.value)
    if engine == "postgres":
        with pytest.raises(DBAPIError) as failure:
            await lock_twice()
        assert is_transient(failure.value)
    assert is_transient(ConnectionRefusedError())
    assert not is_transient(ValueError())


async def test_a_database_that_only_reads_is_waited_for(database: Database, engine: str) -> None:
    """As after a failover: the way leads to a standby, and then to the server that took over."""
    await add(database, text="before")
    await administer(database, *only_reading(database, engine, True))
    for _ in range(2):
        with pytest.raises(DBAPIError) as failure:
            await add(database, text="refused")
        assert is_transient(failure.value)
    await administer(database, *only_reading(database, engine, False))
    await add(database, text="after")
    assert await notes_in(database) == ["before", "after"]


@ON_POSTGRES
async def test_connections_that_were_lost_while_nobody_used_them_are_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "IDLE_SECONDS", 0.0)
    await asyncio.gather(*(add(database, text=f"before {number}") for number in range(5)))
    await administer(database, CUT_OTHERS)
    await asyncio.gather(*(add(database, text=f"after {number}") for number in range(5)))
    assert len(await notes_in(database)) == 10


@ON_POSTGRES
async def test_connections_that_were_lost_between_two_requests_fail_one_of_them_in_passing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "IDLE_SECONDS", 60.0)
    await asyncio.gather(*(add(database, text=f"before {number}") for number in range(5)))
    await administer(database, CUT_OTHERS)
    with pytest.raises(DBAPIError) as failure:
        await add(database, text="lost")
    assert is_transient(failure.value)
    await asyncio.gather(*(add(database, text=f"after {number}") for number in range(5)))
    assert len(await notes_in(database)) == 10


@ON_POSTGRES
async def test_a_change_stands_though_other_processes_cannot_be_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_NOTIFY", text("SELECT :name FROM nowhere"))
    with capture_logs() as lines:
        async with database.transaction() as session:
            session.add(Note(organisation_id=PLACE, text="told"))
            announce(session, "toys")
        assert database.signal("toys").is_set()
        await database.dispose()  # once it was tried
    assert [line["event"] for line in lines] == ["notification_failed"]
    assert await notes_in(database) == ["told"]


@ON_POSTGRES
async def test_a_server_that_starts_again_when_others_are_told_is_no_defect(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_place: object, **_options: object) -> asyncpg.Connection:
        raise asyncpg.CannotConnectNowError("the database system is starting up")

    await database.engine.dispose()
    monkeypatch.setattr(asyncpg, "connect", refuse)
    with capture_logs() as lines:
        database._tell_others({"toys"})
        await database.dispose()
    assert [line["event"] for line in lines] == ["notification_failed"]


def only_reading(database: Database, engine: str, only: bool) -> list[str]:
    if engine == "sqlite":
        return [f"PRAGMA query_only={'ON' if only else 'OFF'}"]
    name = database.engine.url.database
    if only:
        return [f'ALTER DATABASE "{name}" SET default_transaction_read_only = on', CUT_OTHERS]
    return ["SET default_transaction_read_only = off", f'ALTER DATABASE "{name}" RESET default_transaction_read_only']


async def administer(database: Database, *statements: str) -> None:
    if database.is_sqlite:
        async with database.engine.connect() as only:  # there is no other that writes
            driver = (await only.get_raw_connection()).driver_connection
            assert isinstance(driver, aiosqlite.Connection)
            for statement in statements:
                await driver.execute(statement)
        return
    connection = await asyncpg.connect(database.engine.url.set(drivername="postgresql").render_as_string(False))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_an_error_of_the_database_does_not_repeat_the_values(database: Database) -> None:
    async with database.reading() as session:
        with pytest.raises(DBAPIError) as failure:
            await session.execute(text("SELECT :secret FROM nowhere"), {"secret": "a name"})
    assert "a name" not in str(failure.value)


@ON_POSTGRES
async def test_a_process_that_hangs_in_a_transaction_does_not_hold_its_locks(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(POSTGRES_LIMITS, "idle_in_transaction_session_timeout", "100ms")
    hanging = Database(database.url)
    async with hanging.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        await connection.execute(text("LOCK TABLE notes"))
        async with asyncio.timeout(5):
            await add(database, text="meanwhile")
        with pytest.raises(DBAPIError) as failure:
            await connection.execute(text("SELECT 1"))
        assert is_transient(failure.value)
        driver.terminate()  # SQLAlchemy drops it without closing
    await hanging.dispose()
