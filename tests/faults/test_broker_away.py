"""A broker that is down, hangs, is slow or refuses: no write is refused or kept waiting for it, and when it is well
again everything comes out soon and in order (reliability R2, R3).

In the whole form, which runs alone, writes are held to twice their usual time, the 95th percentile of both; below
`UNNOTICED` they pass in any case: on two processors so little is no sign of anything. Among other tests, time says
nothing of the broker: the short form tells it and asserts the rest.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.engines.kafka import KafkaBroker
from tests.engines.mock_kafka import MockKafka, Request
from tests.engines.postgres import PostgresServer
from tests.faults.accounts import assert_all_delivered_in_order, assert_nothing_waits
from tests.faults.writing import Writers, p95

from parchemin.common.database import Database
from parchemin.common.tables import outbox
from parchemin.standalone.demo.installation import spread
from parchemin.standalone.services import ServiceName

WHOLE = os.environ.get("PARCHEMIN_FAULTS") == "whole"
PER_SECOND = 50
NORMAL_SECONDS = 30 if WHOLE else 2
DOWN_SECONDS = 60 if WHOLE else 7
HANGS_SECONDS = 30 if WHOLE else 5
SLOW_SECONDS = 30 if WHOLE else 6
REFUSES_SECONDS = 30 if WHOLE else 5
ROUND_TRIP_MS = 2000
DRAIN_SECONDS = 30.0
UNNOTICED = 0.1
WARM_UP_SECONDS = 2
"""Connections are opened, statements prepared."""
NO_ERROR, NOT_LEADER, REQUEST_TIMED_OUT = 0, 6, 7
ONE_IN_TEN = (NO_ERROR,) * 9

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.timeout(600 if WHOLE else 200),
]


@dataclass(frozen=True)
class Writing:
    """Candidates are corrected, and their service brings it out to a cluster."""

    writers: Writers
    database: str
    normal_p95: float

    async def under(self, fault: str, begin: Callable[[], None], end: Callable[[], None], seconds: float) -> None:
        """Bring the fault upon the cluster, and hold to account what it did to writes, and what came out after it."""
        await asyncio.to_thread(begin)
        began = time.monotonic()
        try:
            await asyncio.sleep(seconds)
            ended, waiting = time.monotonic(), await waiting_in(self.database)
        finally:
            await asyncio.to_thread(end)
        drained = await come_out(self.database)
        writes = await self.writers.between(began, ended)
        slowest = p95(writes)
        print(  # noqa: T201
            f"{fault}: {len(writes)} writes, p95 {slowest * 1000:.0f} ms (normal {self.normal_p95 * 1000:.0f} ms), "
            f"{waiting} events waited, out after {drained:.1f} s"
        )
        if WHOLE:
            assert len(writes) > 0.9 * seconds * PER_SECOND, fault
            assert slowest <= max(2 * self.normal_p95, UNNOTICED), fault


@asynccontextmanager
async def writing(folder: Path, database: PostgresServer) -> AsyncIterator[Writing]:
    """The service of candidates on the cluster of the environment, while it is written to. In the end every write was
    taken, and its event stands on the topic, in order."""
    async with (
        spread(folder, {}, database.url, services=[ServiceName.CANDIDATES]) as installation,
        installation.client() as http,
    ):
        writers = Writers(http, folder / "keys", PER_SECOND)
        await writers.enter()
        database_url = installation.databases["candidates"]
        await come_out(database_url)
        kafka = installation.settling.kafka
        assert kafka is not None
        async with writers.at_work():
            await asyncio.sleep(WARM_UP_SECONDS)
            begin = time.monotonic()
            await asyncio.sleep(NORMAL_SECONDS)
            normal = p95(await writers.between(begin, time.monotonic()))
            yield Writing(writers, database_url, normal)
        await come_out(database_url)
        assert {write.status for write in writers.writes} == {200}
        await assert_nothing_waits(installation.databases)
        await assert_all_delivered_in_order(installation.databases, kafka)


async def come_out(url: str) -> float:
    """Wait until all that is written by now has come out; returns how many seconds that took."""
    begin, written = time.monotonic(), await last_written(url)
    while await waiting_in(url, until=written):
        assert time.monotonic() - begin < DRAIN_SECONDS, "events wait still"
        await asyncio.sleep(0.05)
    return time.monotonic() - begin


async def waiting_in(url: str, until: int | None = None) -> int:
    """How many events wait, up to a position."""
    waiting = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
    return await _number(url, waiting if until is None else waiting.where(outbox.c.position <= until))


async def last_written(url: str) -> int:
    return await _number(url, select(func.max(outbox.c.position)))


async def _number(url: str, statement: object) -> int:
    database = Database(url)
    try:
        async with database.reading() as session:
            return int(await session.scalar(statement) or 0)  # type: ignore[call-overload]
    finally:
        await database.dispose()


@pytest.mark.kafka
async def test_a_broker_that_is_down_or_hangs_refuses_no_write_and_loses_no_order(
    tmp_path: Path, kafka_broker: KafkaBroker, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS", kafka_broker.bootstrap)
    async with writing(tmp_path, postgres_server) as load:
        await load.under("down", kafka_broker.kill, kafka_broker.restart, DOWN_SECONDS)
        await load.under("hanging", kafka_broker.pause, kafka_broker.resume, HANGS_SECONDS)


@pytest.mark.whole
async def test_a_cluster_that_is_slow_or_refuses_some_requests_refuses_no_write_and_loses_no_order(
    tmp_path: Path, mock_kafka: MockKafka, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS", mock_kafka.bootstrap)
    monkeypatch.setenv("PARCHEMIN_KAFKA_CREATE_TOPICS", "false")

    def refuse() -> None:
        for error in (NOT_LEADER, REQUEST_TIMED_OUT) * 100:
            mock_kafka.fail(Request.PRODUCE, *ONE_IN_TEN, error)

    async with writing(tmp_path, postgres_server) as load:
        await load.under("slow", lambda: mock_kafka.delay(ROUND_TRIP_MS), lambda: mock_kafka.delay(0), SLOW_SECONDS)
        await load.under("refusing", refuse, lambda: mock_kafka.heal(Request.PRODUCE), REFUSES_SECONDS)
