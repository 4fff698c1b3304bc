"""One database per service: a writing and a reading session, on SQLite and on PostgreSQL."""

import asyncio
import hashlib
import sqlite3
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any
from weakref import WeakSet

import aiosqlite
import asyncpg
import structlog
from sqlalchemy import bindparam, event, func, select, text
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from parchemin.common.failures import READ_ONLY
from parchemin.common.settings import EncryptionSettings, house
from parchemin.common.vault import Vault
from parchemin.common.vault.wrapping import installation_keys

log = structlog.get_logger()

BUSY_TIMEOUT_MS = 10_000
LEADERSHIP_SECONDS = 10.0
CONNECT_SECONDS = 10.0
POSTGRES_LIMITS = {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"}
"""A process that hangs in the middle of a transaction does not hold its locks, the register's among them, for ever."""
POSTGRES_CONNECTIONS = 20
"""At most, for each process; opened as they are needed."""
IDLE_SECONDS = 1.0
"""A connection that was not used for as long is asked whether it is still there before it is used again."""
CHANNEL = "parchemin"
"""Of PostgreSQL's notifications, within the service's own database."""
_ANNOUNCED = "announced"
_FORGETS = "forgets"
_DATABASE = "database"
LOG_EMPTYING_SECONDS = (0, 0.1, 0.5, 2, 5, 10, 20)
"""How long to wait, each time, for the readers that keep SQLite's log from being emptied."""
_NOTIFY = select(func.pg_notify(CHANNEL, bindparam("name")))


def announce(session: AsyncSession, signal: str) -> None:
    """Have the database's `signal` set when this transaction is committed: here, and in the service's other processes
    that lead or stand by on PostgreSQL (`Database.leadership`)."""
    session.info.setdefault(_ANNOUNCED, set()).add(signal)


def vault_of(session: AsyncSession) -> Vault:
    """The vault of the service whose database the session is of."""
    database: Database = session.info[_DATABASE]
    return database.vault


def leave_no_trace(session: AsyncSession) -> None:
    """Once this transaction is committed, have its changes take the place of what was there in the files, too: SQLite
    keeps old pages in its log until that is full. What PostgreSQL keeps in its own was sealed before it was written."""
    session.info[_FORGETS] = True


class Database:
    """Engines of one service's database.

    SQLite: a writing transaction takes the write lock when it begins (`BEGIN IMMEDIATE`): a lock taken later
    fails at once instead of waiting, and the driver's own default loses updates. One writing connection makes
    a fair queue of it. Readers have engines of their own, refuse to write, and never wait for the writer (WAL).
    """

    def __init__(self, url: str, vault: Vault | None = None) -> None:
        """Without a `vault`, its own is under the installation's keys."""
        self.url = url
        self._vault = vault
        self._emptying: asyncio.Task[None] | None = None
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._signals: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._untold: set[str] = set()
        self._telling: asyncio.Task[None] | None = None
        self._workers: WeakSet[Thread] = WeakSet()
        if self.is_sqlite:
            database = make_url(url).database
            if database:
                Path(database).parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._sqlite_engine(pool_size=1, begin="BEGIN IMMEDIATE", read_only=False)
            self._reader = self._sqlite_engine(pool_size=4, begin="BEGIN", read_only=True)
        else:
            self._writer = create_async_engine(
                url,
                pool_size=POSTGRES_CONNECTIONS,
                max_overflow=0,  # what overflows is closed when it comes back: a process and a plan cache each time
                hide_parameters=True,
                connect_args={"timeout": CONNECT_SECONDS, "server_settings": POSTGRES_LIMITS},
            )
            event.listens_for(self._writer.sync_engine, "handle_error")(_leave_what_only_reads)
            _check_what_was_idle(self._writer)
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def _sqlite_engine(self, *, pool_size: int, begin: str, read_only: bool) -> AsyncEngine:
        def connect(*place: Any, **options: Any) -> aiosqlite.Connection:
            connection = aiosqlite.connect(*place, **options)
            connection._thread.daemon = True  # as SQLAlchemy does; there is no public name for it
            self._workers.add(connection._thread)
            return connection

        engine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=60,
            hide_parameters=True,
            connect_args={"async_creator_fn": connect},
        )

        @event.listens_for(engine.sync_engine, "connect")
        def configure(connection: Any, _record: ConnectionPoolEntry) -> None:
            connection.isolation_level = None  # the driver must not begin transactions of its own
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")  # an award that was answered for survives a power cut
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten, and not only unlinked
            if read_only:
                cursor.execute("PRAGMA query_only=ON")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def begin_transaction(connection: Any) -> None:
            connection.exec_driver_sql(begin)

        return engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed when the block ends well, and leaves nothing behind when it does not.

        One use case has one of these: a second one inside it would wait for the first for ever.
        """
        async with self._session(self._writer) as session, session.begin():
            yield session
        announced: set[str] = session.info.get(_ANNOUNCED, set())
        for name in announced:
            self.signal(name).set()
        if announced and not self.is_sqlite:
            self._tell_others(announced)
        if session.info.get(_FORGETS) and self.is_sqlite and (self._emptying is None or self._emptying.done()):
            self._emptying = asyncio.create_task(self._empty_log())

    @property
    def vault(self) -> Vault:
        """Ciphers under the keys of persons that this database holds."""
        if self._vault is None:  # not before it is wanted: the keys may be made by that
            self._vault = Vault(installation_keys(EncryptionSettings(), house().var / "keys"))
        return self._vault

    def _session(self, engine: AsyncEngine) -> AsyncSession:
        return AsyncSession(engine, expire_on_commit=False, info={_DATABASE: self})

    async def _empty_log(self) -> None:
        """Bring SQLite's log into the database and cut it to nothing. Readers that are in the middle of something keep
        it from that: it is tried again, and left to the next time in the end."""
        for seconds in LOG_EMPTYING_SECONDS:
            await asyncio.sleep(seconds)
            try:
                async with self._writer.connect() as pooled:
                    driver = (await pooled.get_raw_connection()).driver_connection
                    if not isinstance(driver, aiosqlite.Connection):
                        raise TypeError("a log is emptied by aiosqlite")
                    await driver.execute_fetchall("PRAGMA busy_timeout=0")  # others want to write meanwhile
                    try:
                        [row] = await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
                    finally:
                        await driver.execute_fetchall(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            except (SQLAlchemyError, sqlite3.Error, OSError):
                log.warning("log_not_emptied", exc_info=True)
                continue
            is_held_up = bool(row[0])
            if not is_held_up:
                return
        log.warning("log_not_emptied", cause="readers")

    def _tell_others(self, announced: set[str]) -> None:
        """After the commit and not within it: PostgreSQL lets transactions that notify commit one after another only,
        in the whole cluster, each with a disk write of its own. Whoever misses it polls."""
        self._untold |= announced
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        """One notification at a time, for all that was committed meanwhile."""
        try:
            async with self._writer.connect() as pooled:
                connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
                while self._untold:
                    names, self._untold = self._untold, set()
                    for name in names:
                        await connection.execute(_NOTIFY, {"name": name})
        except (SQLAlchemyError, OSError):
            log.warning("notification_failed", exc_info=True)

    def signal(self, name: str) -> asyncio.Event:
        """Set after each commit that announced it. Whoever waits for it clears it before looking for work."""
        return self._signals[name]

    async def announced(self, name: str, *, within: float) -> None:
        """Return once the signal is set, or after so many seconds."""
        with suppress(TimeoutError):  # not `wait_for`, which can swallow a cancellation on Python 3.11
            async with asyncio.timeout(within):
                await self.signal(name).wait()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that sees one state of the database and changes nothing."""
        async with self._session(self._reader) as session:
            yield session

    @asynccontextmanager
    async def leadership(self, name: str) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
        """Of all processes on this database one leads at a time: `await leads()` tells whether it is this one.

        The lock lives and dies with a connection of its own, which also hears what other processes announce.
        SQLite: always this one.
        """
        if self.is_sqlite:
            yield _alone
            return
        async with self._writer.connect() as pooled:
            connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
            driver = (await connection.get_raw_connection()).driver_connection
            if not isinstance(driver, asyncpg.Connection):
                raise TypeError("notifications are read by asyncpg")
            await driver.add_listener(CHANNEL, lambda *told: self.signal(told[-1]).set())
            held = False

            async def leads() -> bool:
                nonlocal held
                async with asyncio.timeout(LEADERSHIP_SECONDS):  # a connection that is dead without a word
                    statement = text("SELECT 1") if held else take
                    held = bool(await connection.scalar(statement))
                return held

            take = select(func.pg_try_advisory_lock(lock_number(name)))

            try:
                yield leads
            finally:
                await connection.invalidate()  # closed, not returned to the pool with the lock

    @property
    def engine(self) -> AsyncEngine:
        """The writing engine, for what needs a connection of its own."""
        return self._writer

    async def dispose(self) -> None:
        """Close all connections."""
        if self._telling is not None:
            await self._telling
        if self._emptying is not None:
            self._emptying.cancel()  # the last connection empties the log when it is closed
            await asyncio.gather(self._emptying, return_exceptions=True)
        await self._writer.dispose()
        await self._reader.dispose()
        # The connection of a task that was cancelled closes by itself, in its thread, which then calls this loop.
        for worker in [thread for thread in self._workers if thread.is_alive()]:
            await asyncio.to_thread(worker.join, timeout=1)


def _check_what_was_idle(engine: AsyncEngine) -> None:
    """As the pool's own `pre_ping`, which costs three round trips each time, but not between two requests of a busy
    moment. A connection that was lost there fails one transaction, and takes all that are as old with it."""

    @event.listens_for(engine.sync_engine, "checkin")
    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        idle_since = record.info.pop("idle_since", None)
        if idle_since is None or time.monotonic() - idle_since < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            if engine.dialect.is_disconnect(error, connection, None):
                raise InvalidatePoolError from error
            raise


def _leave_what_only_reads(context: ExceptionContext) -> None:
    """A connection to a standby would stay one for as long as the pool keeps it: give it up, and connect anew."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def lock_number(name: str) -> int:
    """The name as a number for PostgreSQL's advisory locks."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


async def _alone() -> bool:
    return True
