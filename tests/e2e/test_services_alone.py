"""Each service starts alone, by `uvicorn`, with settings of its own and a database of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]


@pytest.mark.parametrize("service", ["candidates", "evaluations", "budget", "documents"])
async def test_a_service_starts_alone_and_serves_its_openapi(service: str, tmp_path: Path) -> None:
    database = tmp_path / "own.sqlite3"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = {
            "PARCHEMIN_VAR": str(tmp_path),
            f"PARCHEMIN_{service.upper()}_DATABASE_URL": f"sqlite+aiosqlite:///{database}",
        }
        fd = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", f"parchemin.{service}.app:create_app", "--fd", str(fd)],
            pass_fds=[fd],
            env={**os.environ, **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url, timeout=60) as client:
                document = (await client.get("/openapi.json")).json()
                ready = await client.get("/health/ready")
        finally:
            process.terminate()
            ended = await asyncio.to_thread(process.wait, 20)
    assert ended in {0, -signal.SIGTERM}  # it shuts down in order, then hands the signal on
    assert ready.status_code == 200
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == f"Parchemin: {service}"
    assert database.is_file()
