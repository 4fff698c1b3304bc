"""A PostgreSQL server for the tests: own folder, own port on loopback, gone when they end."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TypedDict

from tests.engines.lifeline import Lifeline
from tests.engines.ports import free_port

SETTINGS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 -c shared_buffers=64MB"
UNSAFE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class PostgresUnavailable(Exception):
    """There is no PostgreSQL to start on this machine."""


class Identity(TypedDict, total=False):
    """The account a program runs under, as `subprocess` takes it; empty for one's own."""

    user: int
    group: int
    extra_groups: list[int]


class PostgresServer:
    """A running server. `kill`, `pause`, `resume` and `restart` are the faults; the data outlive them all."""

    def __init__(
        self, folder: Path, binaries: Path, port: int, *, password: str | None, durable: bool, keep: bool
    ) -> None:
        self.folder = folder
        self.bin = binaries
        superuser = "postgres" if password is None else f"postgres:{password}"
        self.url = f"postgresql://{superuser}@127.0.0.1:{port}/postgres"
        self._options = f"-c port={port} {SETTINGS}" + ("" if durable else f" {UNSAFE}")
        self._keep = keep
        self._paused: list[int] = []
        self._lifeline: Lifeline | None = None

    @classmethod
    def start(
        cls,
        folder: Path | None = None,
        port: int | None = None,
        *,
        durable: bool = False,
        password: str | None = None,
    ) -> "PostgresServer":
        """Start a server with a new data folder, or with the one of a server before it: that is kept then.

        Unless it is `durable`, what was committed last may be missing after `kill`: that is quick, and right where no
        test kills it. With the superuser's `password` nobody comes in without one; set once, when the folder is new.
        """
        binaries = _binaries()
        keep = folder is not None
        folder = folder or Path(tempfile.mkdtemp(prefix="parchemin-postgres-"))
        folder.mkdir(parents=True, exist_ok=True)
        server = cls(folder.resolve(), binaries, port or free_port(), password=password, durable=durable, keep=keep)
        try:
            server._hand_over()
            if not (server._data / "PG_VERSION").exists():
                server._make_cluster(password, sync=durable)
            server.restart()
        except PostgresUnavailable:
            server.stop()
            raise
        return server

    @property
    def pid(self) -> int:
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def stop(self) -> None:
        """End it, and its folder unless it came with one."""
        self._end("fast" if self._keep else "immediate")
        if not self._keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """End it at once: no checkpoint, connections just break."""
        self._end("immediate")

    def pause(self) -> None:
        """Let it hang: connections stay open, nothing answers. On Linux only."""
        postmaster = self.pid
        os.kill(postmaster, signal.SIGSTOP)  # first: it has no more children then
        self._paused = [*_children(postmaster), postmaster]
        for process in self._paused:
            os.kill(process, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        for process in self._paused:
            os.kill(process, signal.SIGCONT)
        self._paused = []

    def restart(self) -> None:
        """Start it on the same port and data, after ending it where it runs; return when it answers."""
        self.kill()
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-o", self._options, "-w", "start")
        end = '"$0" -D "$1/data" -m immediate stop' + ("" if self._keep else '; rm -rf "$1"')
        command = ["/bin/sh", "-c", end, str(self.bin / "pg_ctl"), str(self.folder)]
        self._lifeline = Lifeline(command, **_identity())

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _hand_over(self) -> None:
        """Give the folder to the account that the server runs under."""
        if os.geteuid() != 0:
            return
        account = _unprivileged()
        os.chown(self.folder, account.pw_uid, account.pw_gid)
        enter = subprocess.run(["/bin/sh", "-c", 'cd "$0"', str(self.folder)], check=False, cwd="/", **_identity())
        if enter.returncode != 0:
            raise PostgresUnavailable(f"the account {account.pw_name} may not enter {self.folder}")

    def _make_cluster(self, password: str | None, *, sync: bool) -> None:
        arguments = ["-D", str(self._data), "-U", "postgres", "-E", "UTF8", *([] if sync else ["--no-sync"])]
        if password is None:
            self._run("initdb", *arguments, "-A", "trust")
            return
        file = self.folder / "password"
        file.touch(0o600)
        try:
            file.write_text(f"{password}\n")
            os.chown(file, self.folder.stat().st_uid, self.folder.stat().st_gid)
            self._run("initdb", *arguments, "-A", "scram-sha-256", f"--pwfile={file}")
        finally:
            file.unlink()

    def _end(self, mode: str) -> None:
        if self._lifeline is not None:
            self._lifeline.cut()
            self._lifeline = None
        if (self._data / "postmaster.pid").exists():
            self.resume()
            self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            check=False,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            **_identity(),
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


def _identity() -> Identity:
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    account = _unprivileged()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresUnavailable("no account to run PostgreSQL under")


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
