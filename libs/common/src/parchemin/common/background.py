"""Work beside the requests that runs for ever: the relay, and what a service adds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import structlog

log = structlog.get_logger()

Task = Callable[[], Awaitable[None]]


class Background:
    """Runs tasks for ever. One that ends has failed: the probes tell, and the orchestrator restarts the process."""

    def __init__(self) -> None:
        self.failed: set[str] = set()
        """Names of the tasks that ended though nobody stopped them."""

    @asynccontextmanager
    async def running(self, tasks: Sequence[Task]) -> AsyncIterator[None]:
        """All of them, for as long as the block lasts; stopped and awaited at its end."""
        self.failed.clear()
        started = [asyncio.create_task(self._watch(run), name=_name(run)) for run in tasks]
        try:
            yield
        finally:
            for task in started:
                task.cancel()
            await asyncio.gather(*started, return_exceptions=True)

    async def _watch(self, run: Task) -> None:
        try:
            await run()
        except Exception as error:
            self.failed.add(_name(run))
            log.critical("background_task_failed", task=_name(run), exc_info=error)
        else:
            self.failed.add(_name(run))
            log.critical("background_task_ended", task=_name(run))


def _name(run: Task) -> str:
    return getattr(run, "__qualname__", repr(run))
