"""Storage that fails: a disk that is full, a database that only reads, a server that goes and comes back."""

import asyncio
import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import asyncpg
from tests.engines.postgres import PostgresServer


class NoSmallDisk(Exception):
    """A disk of its own cannot be mounted here: that takes the rights of the machine's administrator."""


class Outage(Protocol):
    """What fails while it lasts. The processes of the product go on running, and are told nothing."""

    def begin(self) -> None:
        """From now on it fails."""

    def end(self) -> None:
        """It is well again."""


class FullDisk:
    """Not a byte is left, until the ballast goes."""

    def __init__(self, disk: Path) -> None:
        self._ballast = disk / "ballast"

    def begin(self) -> None:
        """Write until nothing more can be written."""
        with self._ballast.open("wb", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while ballast.write(bytes(size)):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def end(self) -> None:
        """Free it."""
        self._ballast.unlink()


class ReadOnly:
    """New sessions of the services' databases may only read, as on the standby after a failover; the sessions that
    were open are cut. At the end those that came in between stay as they are, and stay read-only."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def begin(self) -> None:
        """Fail over."""
        asyncio.run(self._each("ALTER DATABASE {} SET default_transaction_read_only = on", cut=True))

    def end(self) -> None:
        """Let new sessions write."""
        asyncio.run(self._each("ALTER DATABASE {} RESET default_transaction_read_only", cut=False))

    async def _each(self, statement: str, *, cut: bool) -> None:
        connection = await asyncpg.connect(self._server.url)
        try:
            for row in await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'parchemin%'"):
                await connection.execute(statement.format(row["datname"]))
                if cut:
                    cutting = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
                    await connection.execute(cutting, row["datname"])
        finally:
            await connection.close()


class Away:
    """The server is killed, and started again at the end."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def begin(self) -> None:
        """Kill it."""
        self._server.kill()

    def end(self) -> None:
        """Start it; it recovers what was committed."""
        self._server.restart()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of that size, which every account may enter. Raises `NoSmallDisk`."""
    if os.geteuid() != 0:
        raise NoSmallDisk("only root mounts a file system")
    folder = Path(tempfile.mkdtemp(prefix="parchemin-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        folder.rmdir()
        raise NoSmallDisk("mounting a file system is not permitted") from error
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


async def keep_tables_on(server: PostgresServer, disk: Path) -> None:
    """Have new tables of the server lie there: its own catalogue and its log of changes do not, so it stays up."""
    place = disk / "tables"
    place.mkdir()
    owner = server.folder.stat()
    os.chown(place, owner.st_uid, owner.st_gid)
    connection = await asyncpg.connect(server.url)
    try:
        await connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        await connection.execute("ALTER SYSTEM SET default_tablespace = 'small'")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()
