"""Copies of databases, taken while they are written to, by the tools that an operator has."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url
from tests.engines.postgres import PostgresServer

IN_ORDER = ("documents", "budget", "evaluations", "candidates")
"""Who follows others first: what a copy has heard, the copies after it have told."""
ARCHIVE = "archive"
PATIENCE_SECONDS = 60


def copy_sqlite(folder: Path, target: Path, name: str) -> None:
    """One service's database, by the shell of SQLite, whoever is writing to it."""
    wait = f".timeout {PATIENCE_SECONDS * 1000}"
    command = ["sqlite3", str(folder / f"{name}.sqlite3"), wait, f".backup {target / name}.sqlite3"]
    subprocess.run(command, check=True, capture_output=True)


def copy_files(folder: Path, target: Path) -> None:
    """The files of the documents; the keys, which an installation keeps apart."""
    for part in ("documents", "keys"):
        shutil.copytree(folder / part, target / part)


def dump(server: PostgresServer, folder: Path, database: str) -> None:
    """One database as a file."""
    _run(server, "pg_dump", "--format=custom", f"--file={folder / database}", "--dbname", _url(server, database))


async def restore(server: PostgresServer, databases: Sequence[str], folder: Path) -> float:
    """New databases on the server, from the files; returns the seconds that it took."""
    began = time.monotonic()
    connection = await asyncpg.connect(server.url)
    try:
        for name in databases:
            await connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    finally:
        await connection.close()
    for name in databases:
        _run(server, "pg_restore", "--exit-on-error", "--no-owner", "--dbname", _url(server, name), str(folder / name))
    return time.monotonic() - began


@contextmanager
def received_log(server: PostgresServer, folder: Path) -> Iterator[None]:
    """Have another place receive each change before its commit is answered (`pg_receivewal --synchronous`)."""
    folder.mkdir()
    url = f"{server.url}?application_name={ARCHIVE}"
    command = [str(server.bin / "pg_receivewal"), "--synchronous", f"--directory={folder}", f"--dbname={url}"]
    receiver = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        receiver.terminate()
        receiver.wait()


async def answer_after_reception(server: PostgresServer) -> None:
    """From now on no commit is answered that the archive has not received."""
    connection = await asyncpg.connect(server.url)
    try:
        await connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{ARCHIVE}'")
        await connection.execute("SELECT pg_reload_conf()")
        async with asyncio.timeout(PATIENCE_SECONDS):
            synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
            while not await connection.fetchval(synchronous):  # noqa: ASYNC110 - only the server tells
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


def base_backup(server: PostgresServer, folder: Path) -> None:
    """All databases of the server as files; together with the log since then they are whole."""
    options = ["--checkpoint=fast", "--wal-method=none", "--no-manifest"]
    _run(server, "pg_basebackup", "--pgdata", str(folder), "--dbname", server.url, *options)


def recover(base: Path, log: Path, folder: Path) -> tuple[PostgresServer, float]:
    """A server elsewhere with the base backup and all of the log; returns it with the seconds that this took."""
    began = time.monotonic()
    data = folder / "data"
    shutil.copytree(base, data)
    (data / "recovery.signal").touch()
    (data / "postgresql.auto.conf").write_text(f"restore_command = 'cp {log}/%f %p || cp {log}/%f.partial %p'\n")
    owner = _owner_of_servers()
    for path in (log, *log.iterdir(), folder, data, *data.rglob("*")):
        os.chown(path, *owner, follow_symlinks=False)
    data.chmod(0o700)
    server = PostgresServer.start(folder, durable=True)
    return server, time.monotonic() - began


def _owner_of_servers() -> tuple[int, int]:
    """The account that PostgreSQL runs under in the tests."""
    probe = PostgresServer.start()
    owner = probe.folder.stat()
    probe.stop()
    return owner.st_uid, owner.st_gid


def _url(server: PostgresServer, name: str) -> str:
    return make_url(server.url).set(database=name).render_as_string(hide_password=False)


def _run(server: PostgresServer, program: str, *arguments: str) -> None:
    done = subprocess.run([str(server.bin / program), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
