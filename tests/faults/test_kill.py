"""SIGKILL, again and again, while a scenario is played: nothing is lost and nothing is doubled."""

import asyncio
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from tests.e2e.oracle import expected_outcome

from parchemin.contracts.referential import Referential
from parchemin.evaluations.referential.service import REGISTERED
from parchemin.standalone.cli import SAMPLE
from parchemin.standalone.demo.cast import Cast
from parchemin.standalone.demo.installation import embedded
from parchemin.standalone.demo.outcome import fetch_documents, outcome
from parchemin.standalone.demo.player import Player
from parchemin.standalone.demo.process import ServerProcess
from parchemin.standalone.demo.scenario import Scenario

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

SERVICES = ("candidates", "evaluations", "budget", "documents")
SEED = 20261123


def some_of_the_sample(count: int) -> Scenario:
    """The sample cohort's first candidates, with all that happens to them."""
    everybody = json.loads(SAMPLE.read_text(encoding="utf-8"))
    kept = {candidate["ref"] for candidate in everybody["candidates"][:count]}
    for holder, name in [(everybody, "accommodations"), (everybody, "exemptions")] + [
        (session, name) for session in everybody["sessions"] for name in ("registrations", "overrides")
    ]:
        holder[name] = [one for one in holder.get(name, []) if one["candidate"] in kept]
    everybody["candidates"] = everybody["candidates"][:count]
    return Scenario.model_validate(everybody)


class Saboteur:
    """Kills the server while a request is on its way, then starts it again; when, the seed says."""

    def __init__(self, server: ServerProcess, seed: int, every: tuple[int, int]) -> None:
        self._server = server
        self._chance = random.Random(seed)
        self._every = every
        self._requests = 0
        self._next = self._chance.randint(*every)
        self._restart: asyncio.Task[None] | None = None
        self.kills = 0

    async def watch(self, request: httpx.Request) -> None:
        """Called before each request is sent."""
        self._requests += 1
        resting = self._restart is None or self._restart.done()
        if resting and self._requests >= self._next and request.url.path != "/health/ready":
            self._next = self._requests + self._chance.randint(*self._every)
            self._restart = asyncio.create_task(self._kill_and_start())

    async def _kill_and_start(self) -> None:
        self.kills += 1
        await asyncio.to_thread(self._server.kill)
        await self._server.start()

    async def rest(self) -> None:
        if self._restart is not None:
            await self._restart


async def test_a_killed_process_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    scenario = some_of_the_sample(9)
    async with embedded(tmp_path / "server", {}) as installation:
        [server] = installation.processes
        saboteur = Saboteur(server, SEED, every=(20, 60))
        async with installation.client(event_hooks={"request": [saboteur.watch]}) as http:
            player = Player(scenario, cast := Cast(http, installation.var / "keys"), installation.settle)
            await player.found_school()
            await player.enrol(lambda: None)
            await player.accommodate(lambda: None)
            for session in scenario.sessions:
                await player.hold(session, lambda: None)
            while (await cast.administrator.get("/v1/documents", state="pending", limit=1)).body["items"]:
                await installation.settle()
            summary = await outcome(player, cast.administrator)
            documents = await fetch_documents(player, cast.administrator, tmp_path)
            await saboteur.rest()
            await installation.settle()

    assert saboteur.kills >= 6
    expected = expected_outcome(scenario, Referential.model_validate_json(REGISTERED.read_text(encoding="utf-8")))
    assert summary["blocks_validated"] == expected["blocks_validated"]
    assert [(row["candidate"], row["session"]) for row in summary["certifications"]] == [
        (row["candidate"], row["session"]) for row in expected["certifications"]
    ]
    ranks = sorted(row["register_number"] for row in summary["certifications"])
    awards = len(expected["certifications"])
    assert awards >= 8
    assert ranks == [f"2026-{rank:04d}" for rank in range(1, awards + 1)]
    assert len({document["path"] for document in documents}) == len(documents)
    for service in SERVICES:
        with closing(sqlite3.connect(tmp_path / "server" / f"{service}.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("SELECT count(*) FROM outbox WHERE published_at IS NULL").fetchone() == (0,)
            assert database.execute("SELECT count(*) FROM dead_letters").fetchone() == (0,)
    with closing(sqlite3.connect(tmp_path / "server" / "evaluations.sqlite3")) as database:
        statement = "SELECT count(*), count(DISTINCT key) FROM outbox WHERE type LIKE '%certification_awarded.v1'"
        assert database.execute(statement).fetchone() == (awards, awards)
