"""The product as a process of its own, started and stopped for a scenario."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

START_SECONDS = 60


class ServerDidNotStart(Exception):
    """The process ended, or did not answer in time; its log says why."""


class Server:
    """`parchemin serve` on a port of loopback that stays the same when the process is started again."""

    def __init__(self, var: Path, settings: Mapping[str, str]) -> None:
        self._var = var
        self._settings = settings
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self._process: subprocess.Popen[bytes] | None = None
        port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = var / "server.log"

    async def start(self) -> None:
        """Start the process and wait until it answers."""
        self._var.mkdir(parents=True, exist_ok=True)
        own = {"PARCHEMIN_LOG_LEVEL": "WARNING", "PARCHEMIN_PUBLIC_URL": self.url}
        environment = {**own, **os.environ, **self._settings, "PARCHEMIN_VAR": str(self._var)}
        fd = self._socket.fileno()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "parchemin.standalone.cli", "serve", "--fd", str(fd)],
                pass_fds=[fd],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )
        async with httpx.AsyncClient(base_url=self.url, timeout=START_SECONDS) as client:
            for _ in range(START_SECONDS * 10):
                if self._process.poll() is not None:
                    break
                try:
                    if (await client.get("/health/ready")).is_success:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        self.stop()
        raise ServerDidNotStart(f"the server did not start: see {self.log}")

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
