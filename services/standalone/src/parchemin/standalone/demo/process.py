"""A process of the product, started and stopped for a scenario."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

START_SECONDS = 60
PROGRAM = "parchemin.standalone.cli"


class ServerDidNotStart(Exception):
    """The process ended, or did not answer in time; its log says why."""


class ServerProcess:
    """A `parchemin` command that listens, on a port of loopback that stays the same when it is started again."""

    def __init__(
        self,
        command: Sequence[str],
        var: Path,
        settings: Mapping[str, str],
        *,
        name: str | None = None,
        program: str = PROGRAM,
    ) -> None:
        """`name`: where several do the same; `program`: the module that is run, the command line unless a test has
        one of its own."""
        self.name = name or "-".join(command)
        self.log = var / f"{self.name}.log"
        self._command = command
        self._program = program
        self._var = var
        self._settings = settings
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def runs(self) -> bool:
        """Whether there is a process, and it has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the process; ProcessLookupError where there is none."""
        if self._process is None:
            raise ProcessLookupError(f"{self.name} does not run")
        return self._process.pid

    def launch(self) -> None:
        """Start the process, and do not wait for it."""
        self._var.mkdir(parents=True, exist_ok=True)
        environment = {
            "PARCHEMIN_LOG_LEVEL": "WARNING",
            **os.environ,
            **self._settings,
            "PARCHEMIN_VAR": str(self._var),
        }
        fd = self._socket.fileno()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._program, *self._command, "--fd", str(fd)],
                pass_fds=[fd],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )

    async def ready(self) -> None:
        """Wait until it answers."""
        async with httpx.AsyncClient(base_url=self.url, timeout=START_SECONDS) as client:
            for _ in range(START_SECONDS * 10):
                if not self.runs:
                    break
                try:
                    if (await client.get("/health/ready")).is_success:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        self.stop()
        raise ServerDidNotStart(f"{self.name} did not start: see {self.log}")

    async def start(self) -> None:
        """Start the process and wait until it answers."""
        self.launch()
        await self.ready()

    def kill(self) -> None:
        """SIGKILL: as a power cut would end it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait for it; its connections are closed."""
        self._end(signal.SIGTERM)

    def close(self) -> None:
        """Stop, and give the port back."""
        self.stop()
        self._socket.close()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
