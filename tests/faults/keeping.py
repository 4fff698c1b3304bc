"""Keeping the processes of an installation alive, as an orchestrator does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx

from parchemin.standalone.demo.process import ServerProcess

LOOK_AGAIN_SECONDS = 0.2
PROBE_EVERY_SECONDS = 2.0
PROBE_SECONDS = 10.0


class Keeper:
    """Starts again what has ended, and what says of itself that only that would help."""

    def __init__(self, processes: Sequence[ServerProcess]) -> None:
        self.processes = processes
        self.kills: Counter[str] = Counter()
        """How often each process was killed here."""
        self.ended: Counter[str] = Counter()
        """How often each process was found ended though nobody had killed it: at start without its database."""
        self.failed: Counter[str] = Counter()
        """How often each process said that it is not live."""
        self._turns = {process.name: asyncio.Lock() for process in processes}

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """For as long as the block lasts; at its end all of them are ready."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(watch(one)) for one in self.processes for watch in (self._revive, self._probe)]
            try:
                yield
                await self.ready()
            finally:
                for task in tasks:
                    task.cancel()

    async def kill(self, process: ServerProcess) -> None:
        """SIGKILL, and start it again."""
        async with self._turns[process.name]:
            if process.runs:
                await asyncio.to_thread(process.kill)
                self.kills[process.name] += 1
            process.launch()

    async def ready(self) -> None:
        """Wait until all of them answer."""
        async with httpx.AsyncClient(timeout=PROBE_SECONDS) as client:
            for process in self.processes:
                while not await _answers(client, f"{process.url}/health/ready"):  # noqa: ASYNC110 - only it tells
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _revive(self, process: ServerProcess) -> None:
        while True:
            async with self._turns[process.name]:
                if not process.runs:
                    self.ended[process.name] += 1
                    process.launch()
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _probe(self, process: ServerProcess) -> None:
        async with httpx.AsyncClient(timeout=PROBE_SECONDS) as client:
            while True:
                await asyncio.sleep(PROBE_EVERY_SECONDS)
                try:
                    answer = await client.get(f"{process.url}/health/live")
                except httpx.TransportError:  # it is being started, or was killed meanwhile
                    continue
                if answer.status_code == 503:
                    self.failed[process.name] += 1
                    await self.kill(process)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.TransportError:
        return False
