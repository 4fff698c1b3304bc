"""Faults at random points of a scenario, the same for the same seed as far as processes let themselves be steered."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import asyncpg
import httpx
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from tests.faults.keeping import Keeper

from parchemin.common.database import Database
from parchemin.common.tables import outbox


class Engine(Protocol):
    """A broker or a database server that can be made to fail."""

    def kill(self) -> None: ...

    def restart(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...


@dataclass(frozen=True)
class Plan:
    """How hard an installation is tried."""

    every_requests: tuple[int, int]
    """A process is killed after so many requests, from … to …, …"""
    every_seconds: tuple[float, float]
    """… or after so long: work goes on when nobody asks."""
    most_kills: int = 1000
    """Then no process is killed any more: on a slow machine there would be no end to it."""
    engine_strikes: tuple[str, ...] = ()
    """`kill` or `pause`, and the name of an engine: `kill broker`; in any order."""
    kills_between: int = 3
    """How many processes are killed between two strikes on an engine."""
    engine_seconds: tuple[float, float] = (1.0, 3.0)
    """How long an engine is away."""
    repeat_seconds: tuple[float, float] | None = None
    """After so long some events that were published are published again; never where none is said."""
    repeated: int = 20
    """How many events, at most, each time."""


class Saboteur:
    """Kills processes while requests are on their way and while only work goes on, stops and pauses the engines, and
    has events published a second time, late."""

    def __init__(
        self, plan: Plan, seed: int, keeper: Keeper, engines: Mapping[str, Engine], databases: Mapping[str, str]
    ) -> None:
        self._plan = plan
        self._seed = seed
        self._keeper = keeper
        self._engines = engines
        self._databases = {name: Database(url) for name, url in databases.items()}
        self._requests = 0
        self._changed = asyncio.Condition()
        """Notified of each request, kill and strike."""
        self.answers: Counter[int] = Counter()
        """How many answers there were with each status."""
        self.struck: Counter[str] = Counter()
        """Strikes on engines that were made, to their end."""
        self.repeated = 0
        """Events that were published again."""
        self._done = asyncio.Event()

    @property
    def kills(self) -> int:
        """How many times a process was killed."""
        return self._keeper.kills.total()

    async def watch(self, _request: httpx.Request) -> None:
        """Called before each request is sent."""
        self._requests += 1
        await self._notify()

    async def hear(self, response: httpx.Response) -> None:
        """Called with each answer."""
        self.answers[response.status_code] += 1

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """For as long as the block lasts; what is under way at its end is brought to its end."""
        work = [self._kill_processes, self._strike_engines]
        if self._plan.repeat_seconds is not None:
            work.append(self._repeat_events)
        try:
            with _unwrapped():
                async with self._keeper.keeping(), asyncio.TaskGroup() as group:
                    tasks = [group.create_task(begin()) for begin in work]
                    try:
                        yield
                    finally:
                        self._done.set()
                        await self._notify()
                        await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            for database in self._databases.values():
                await database.dispose()

    async def has_done(self, kills: int) -> None:
        """Wait for so many kills and for all strikes: a scenario that ends sooner leaves work to disturb."""
        strikes = len(self._plan.engine_strikes)
        async with self._changed:
            await self._changed.wait_for(lambda: self.kills >= kills and self.struck.total() == strikes)

    async def _kill_processes(self) -> None:
        chance = random.Random(f"{self._seed} processes")
        while not self._done.is_set() and self.kills < self._plan.most_kills:
            if chance.random() < 0.5:
                sent = self._sent(self._requests + chance.randint(*self._plan.every_requests))
                await _at_most(2 * self._plan.every_seconds[1], sent)
            else:
                await _at_most(chance.uniform(*self._plan.every_seconds), self._done.wait())
            if not self._done.is_set():
                await self._keeper.kill(chance.choice(self._keeper.processes))
                await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _sent(self, count: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._requests >= count or self._done.is_set())

    async def _strike_engines(self) -> None:
        chance = random.Random(f"{self._seed} engines")
        strikes = list(self._plan.engine_strikes)
        chance.shuffle(strikes)
        for number, strike in enumerate(strikes, start=1):
            while self.kills < number * self._plan.kills_between:
                if self._done.is_set():
                    return
                await asyncio.sleep(0.1)
            how, name = strike.split()
            engine = self._engines[name]
            begin, end = (engine.kill, engine.restart) if how == "kill" else (engine.pause, engine.resume)
            await asyncio.to_thread(begin)
            try:
                await asyncio.sleep(chance.uniform(*self._plan.engine_seconds))
            finally:
                await asyncio.to_thread(end)
            self.struck[strike] += 1
            await self._notify()

    async def _repeat_events(self) -> None:
        chance = random.Random(f"{self._seed} events")
        assert self._plan.repeat_seconds is not None
        while not self._done.is_set():
            await _at_most(chance.uniform(*self._plan.repeat_seconds), self._done.wait())
            if self._done.is_set():
                return
            database = self._databases[chance.choice(sorted(self._databases))]
            with suppress(SQLAlchemyError, asyncpg.PostgresError, OSError, TimeoutError):
                self.repeated += await self._publish_again(database, chance)

    async def _publish_again(self, database: Database, chance: random.Random) -> int:
        async with database.transaction() as session:
            published = select(outbox.c.position).where(outbox.c.published_at.is_not(None)).order_by(outbox.c.position)
            positions = list(await session.scalars(published))
            again = chance.sample(positions, min(len(positions), self._plan.repeated))
            await session.execute(update(outbox).where(outbox.c.position.in_(again)).values(published_at=None))
        return len(again)


async def _at_most(seconds: float, waiting: Awaitable[object]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await waiting


@contextmanager
def _unwrapped() -> Iterator[None]:
    """An error by itself, not as a group of one."""
    try:
        yield
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
