"""A year at school while its storage fails, again and again: a 503 or all of it, and in the end nothing is missing."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from tests.engines.missing import missing
from tests.engines.postgres import PostgresServer
from tests.faults.outages import Away, FullDisk, NoSmallDisk, Outage, ReadOnly, keep_tables_on, small_disk
from tests.faults.played import assert_as_the_policy_says, of_the_sample, play

from parchemin.common.database import Database
from parchemin.common.tables import dead_letters, outbox
from parchemin.contracts.envelope import CloudEvent
from parchemin.contracts.events.evaluations import CertificationAwardedV1
from parchemin.documents.issuing.models import Document
from parchemin.evaluations.awards.models import Award
from parchemin.standalone.cli import SAMPLE
from parchemin.standalone.demo.installation import embedded
from parchemin.standalone.demo.scenario import Scenario

WHOLE = os.environ.get("PARCHEMIN_FAULTS") == "whole"
SEED = 20261124
EVERY = (20, 60)
"""Requests between the end of an outage and the next one."""
REFUSALS = 12
"""After which an outage ends."""
LONGEST_SECONDS = 6.0
"""After which it ends anyway: towards the end nobody writes any more."""
MEGABYTES = 160

pytestmark = [pytest.mark.asyncio, pytest.mark.slow, pytest.mark.timeout(900 if WHOLE else 150)]


class Weather:
    """Brings an outage on, again and again, and looks at every answer."""

    def __init__(self, outage: Outage) -> None:
        self.answers: Counter[int] = Counter()
        self.outages = 0
        self.wrong: list[str] = []
        self._outage = outage
        self._chance = random.Random(SEED)
        self._requests = 0
        self._next = self._chance.randint(*EVERY)
        self._refusals = 0
        self._enough = asyncio.Event()
        self._storm: asyncio.Task[None] | None = None

    async def before(self, _request: httpx.Request) -> None:
        self._requests += 1
        calm = self._storm is None or self._storm.done()
        if calm and self._requests >= self._next:
            await self.over()
            self._storm = asyncio.create_task(self._rage())

    async def after(self, response: httpx.Response) -> None:
        self.answers[response.status_code] += 1
        if response.status_code < 500:
            return
        content_type = response.headers.get("content-type")
        if (response.status_code, content_type) != (503, "application/problem+json"):
            await response.aread()
            self.wrong.append(f"{response.request.method} {response.request.url.path}: {response.text}")
        elif "retry-after" not in response.headers:
            self.wrong.append("a 503 that does not say when to come again")
        self._refusals += 1
        if self._refusals >= REFUSALS:
            self._enough.set()

    async def _rage(self) -> None:
        self._refusals = 0
        self._enough.clear()
        await asyncio.to_thread(self._outage.begin)
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await self._enough.wait()
        except TimeoutError:
            pass
        finally:
            await asyncio.to_thread(self._outage.end)
        self.outages += 1
        self._next = self._requests + self._chance.randint(*EVERY)

    async def over(self) -> None:
        """Wait for the end of an outage that is under way."""
        if self._storm is not None:
            await self._storm


@dataclass
class Place:
    """Where the year is played, and what fails there."""

    var: Path
    outage: Outage
    server: PostgresServer | None = None
    small: Path | None = None


@pytest.fixture(
    params=[
        "full disk under SQLite",
        pytest.param("full disk under PostgreSQL", marks=[pytest.mark.postgres, pytest.mark.whole]),
        pytest.param("read-only PostgreSQL", marks=[pytest.mark.postgres, pytest.mark.whole]),
        pytest.param("restarted PostgreSQL", marks=pytest.mark.postgres),
    ]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    kind: str = request.param
    server = request.getfixturevalue("postgres_server") if "PostgreSQL" in kind else None
    with ExitStack() as stack:
        if kind.startswith("full disk"):
            try:
                disk = stack.enter_context(small_disk(MEGABYTES))
            except NoSmallDisk as reason:
                missing(f"no disk to fill: {reason}")
                return
            yield Place(disk if server is None else tmp_path / "server", FullDisk(disk), server, disk)
        elif kind.startswith("read-only"):
            yield Place(tmp_path / "server", ReadOnly(server), server)
        else:
            yield Place(tmp_path / "server", Away(server), server)


def cohort() -> Scenario:
    if WHOLE:
        return Scenario.model_validate_json(SAMPLE.read_text(encoding="utf-8"))
    return of_the_sample({"c18", "c19"})


async def test_what_is_refused_is_refused_whole_and_all_comes_to_its_end(place: Place) -> None:
    weather = Weather(place.outage)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(weather.over)
        if place.server is not None and place.small is not None:
            await keep_tables_on(place.server, place.small)
        server = None if place.server is None else place.server.url
        installation = await stack.enter_async_context(embedded(place.var, {}, server))
        hooks = {"request": [weather.before], "response": [weather.after]}
        http = await stack.enter_async_context(installation.client(event_hooks=hooks))
        played = await play(cohort(), installation, http)
        await weather.over()
        await installation.settle()
        assert_as_the_policy_says(played)
        await assert_nothing_is_missing(installation.databases, awards=len(played.summary["certifications"]))
    assert weather.wrong == []
    assert weather.outages >= (8 if WHOLE else 2)
    assert weather.answers[503] >= weather.outages, weather.answers  # how many come while it lasts, the machine says


async def assert_nothing_is_missing(databases: Mapping[str, str], awards: int) -> None:
    """Each award has its event and its diploma; each event is out, and none was parked."""
    evaluations, documents = Database(databases["evaluations"]), Database(databases["documents"])
    try:
        async with evaluations.reading() as session:
            awarded = set(await session.scalars(select(Award.id)))
            told = select(outbox.c.body).where(outbox.c.type == CertificationAwardedV1.type)
            events = [CloudEvent.model_validate_json(body) for body in await session.scalars(told)]
        async with documents.reading() as session:
            diplomas = list(await session.scalars(select(Document).where(Document.kind == "diploma")))
    finally:
        await evaluations.dispose()
        await documents.dispose()
    assert sorted(CertificationAwardedV1.read(event.data).award_id for event in events) == sorted(awarded)
    assert len(awarded) == awards == len(diplomas) == len({diploma.enrolment_id for diploma in diplomas})
    for url in databases.values():
        database = Database(url)
        try:
            async with database.reading() as session:
                assert list(await session.scalars(select(dead_letters.c.cause))) == []
                waiting = select(outbox.c.type).where(outbox.c.published_at.is_(None))
                assert list(await session.scalars(waiting)) == []
        finally:
            await database.dispose()
