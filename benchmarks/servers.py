"""The product's processes, as in production: uvicorn with uvloop and httptools, one worker each."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.engines.ports import free_port

START_SECONDS = 30


class DidNotStart(Exception):
    """The application ended, or did not listen in time; the message is the end of its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A process that listens on a port of loopback."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """The processor time that it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime and stime: proc(5)


@contextmanager
def served(factory: str, settings: Mapping[str, str], log: Path) -> Iterator[Server]:
    """An application factory, served."""
    options = ("--loop", "uvloop", "--http", "httptools", "--no-access-log")
    with _running(["uvicorn", "--factory", factory, *options], settings, log) as server:
        yield server


@contextmanager
def serving(service: str, settings: Mapping[str, str], log: Path) -> Iterator[Server]:
    """A service's own HTTP process."""
    with _running(["parchemin.standalone.cli", "serve", service], settings, log) as server:
        yield server


@contextmanager
def working(service: str, settings: Mapping[str, str], log: Path) -> Iterator[Server]:
    """A process that does a service's work beside its requests."""
    with _running(["parchemin.standalone.cli", "work", service], settings, log) as server:
        yield server


@contextmanager
def _running(command: Sequence[str], settings: Mapping[str, str], log: Path) -> Iterator[Server]:
    port = free_port()
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, with what is written above
            [sys.executable, "-m", *command, "--port", str(port)],
            env={**os.environ, **settings},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _await_start(process, port, log)
            yield Server(port, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await_start(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise DidNotStart(log.read_text(errors="replace")[-2000:])
