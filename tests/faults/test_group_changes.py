"""Two workers of each service share its group: they are killed, stopped, hung and added again, and each event has its
effect once, in order."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest
from tests.engines.kafka import KafkaBroker
from tests.engines.postgres import PostgresServer
from tests.faults.accounts import assert_accounted_for
from tests.faults.played import assert_as_the_policy_says, of_the_sample, play

from parchemin.standalone.demo.command import rehearsal_settings
from parchemin.standalone.demo.installation import spread
from parchemin.standalone.demo.process import ServerProcess
from parchemin.standalone.services import ServiceName

SERVICES = (ServiceName.CANDIDATES, ServiceName.EVALUATIONS, ServiceName.DOCUMENTS)
SESSION_MS = 1500
HANGS_SECONDS = 2.5
"""Longer than a session: the group goes on without who hangs, and is joined again by who knows nothing of that."""

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.slow,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.timeout(600),
    pytest.mark.whole,  # twelve processes
]


class Changes:
    """One worker after the other goes in some way, stays away for longer than a session, and comes back."""

    def __init__(self, workers: list[ServerProcess], seed: int) -> None:
        self._workers = workers
        self._chance = random.Random(seed)
        self._enough = asyncio.Event()
        self.made: list[str] = []

    async def make(self) -> None:
        """Until there were enough of them."""
        ways = [self._kill, self._stop, self._hang]
        while not self._enough.is_set():
            for way in self._chance.sample(ways, len(ways)):
                worker = self._chance.choice(self._workers)
                await way(worker)
                self.made.append(f"{way.__name__} {worker.name}")

    def end(self) -> None:
        self._enough.set()

    async def _kill(self, worker: ServerProcess) -> None:
        await asyncio.to_thread(worker.kill)
        await asyncio.sleep(HANGS_SECONDS)
        await worker.start()

    async def _stop(self, worker: ServerProcess) -> None:
        await asyncio.to_thread(worker.stop)
        await asyncio.sleep(HANGS_SECONDS)
        await worker.start()

    async def _hang(self, worker: ServerProcess) -> None:
        os.kill(worker.pid, signal.SIGSTOP)
        await asyncio.sleep(HANGS_SECONDS)
        os.kill(worker.pid, signal.SIGCONT)


async def test_workers_that_come_and_go_lose_nothing_and_do_nothing_twice(
    tmp_path: Path,
    kafka_broker: KafkaBroker,
    postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.setenv("PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS", kafka_broker.bootstrap)
    scenario = of_the_sample({f"c{number:02d}" for number in range(1, 25)})
    settings = {**rehearsal_settings(scenario), "PARCHEMIN_KAFKA_SESSION_TIMEOUT_MS": str(SESSION_MS)}
    async with (
        spread(tmp_path / "server", settings, postgres_server.url, services=SERVICES, workers=2) as installation,
        installation.client() as http,
    ):
        workers = [process for process in installation.processes if process.name.startswith("work")]
        changes = Changes(workers, seed)
        async with asyncio.TaskGroup() as group:
            making = group.create_task(changes.make())
            played = await play(scenario, installation, http)
            changes.end()
            await making
        print(changes.made)  # noqa: T201
        async with asyncio.timeout(60):
            await installation.settle()
        assert_as_the_policy_says(played)
        await assert_accounted_for(played, installation, tmp_path)
    assert len(changes.made) >= 6
