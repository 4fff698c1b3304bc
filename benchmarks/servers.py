"""Applications served as in production: uvicorn with uvloop and httptools, one worker, a process of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
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
    """An application factory, served.

    A port and not a socket that is handed down: uvicorn takes that for a Unix socket, on which nobody switches
    Nagle's algorithm off, and every answer waits 40 ms for the client's delayed acknowledgement.
    """
    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port)),
        *("--loop", "uvloop", "--http", "httptools", "--no-access-log"),
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, with what is written above
            command, env={**os.environ, **settings}, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _await_start(process, log)
            yield Server(port, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await_start(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while b"Uvicorn running" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise DidNotStart(log.read_text(errors="replace")[-2000:])
        time.sleep(0.05)
