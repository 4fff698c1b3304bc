"""A PostgreSQL server for the tests: own folder, own port on loopback, gone when they end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


class PostgresUnavailable(Exception):
    """There is no PostgreSQL to start on this machine."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server."""

    folder: Path
    bin: Path
    url: str

    @classmethod
    def start(cls) -> "PostgresServer":
        """Make a cluster and start it. Durability is off: the tests of it have servers of their own."""
        binaries = _binaries()
        folder = Path(tempfile.mkdtemp(prefix="parchemin-postgres-"))
        data, port = folder / "data", _free_port()
        if os.geteuid() == 0:
            account = _unprivileged()
            os.chown(folder, account.pw_uid, account.pw_gid)
        server = cls(folder, binaries, f"postgresql://postgres@127.0.0.1:{port}/postgres")
        server._run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = (
            f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off "
            "-c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB"
        )
        server._run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
        return server

    def stop(self) -> None:
        """Stop it and remove its folder."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        identity = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            account = _unprivileged()
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            check=False,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            **identity,
        )
        if done.returncode != 0:
            raise PostgresUnavailable(f"{program} failed with {done.returncode}")


def _binaries() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    found = shutil.which("postgres")
    if versions:
        return versions[0].parent
    if found is None:
        raise PostgresUnavailable("PostgreSQL is not installed")
    return Path(found).resolve().parent


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresUnavailable("no account to run PostgreSQL under")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
