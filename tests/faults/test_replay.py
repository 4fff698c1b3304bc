"""Every event comes again, in several ways: nothing changes, to the last row of every table."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.engines.postgres import PostgresServer
from tests.faults.played import assert_as_the_policy_says, of_the_sample, play
from tests.faults.replaying import all_messages, produce_again, publish_again, read_from_the_beginning
from tests.faults.state import state_of

from parchemin.standalone.cli import SAMPLE
from parchemin.standalone.demo.installation import Installation, spread
from parchemin.standalone.demo.process import ServerProcess
from parchemin.standalone.demo.scenario import Scenario

WHOLE = os.environ.get("PARCHEMIN_FAULTS") == "whole"
ROUNDS = 3 if WHOLE else 1
SEED = 20261124
SHORT_SESSION = {"PARCHEMIN_KAFKA_SESSION_TIMEOUT_MS": "1500"}
"""Killed members are gone after it, and their groups' offsets may be set."""

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.slow,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.timeout(900 if WHOLE else 150),
]


def cohort() -> Scenario:
    if WHOLE:
        return Scenario.model_validate_json(SAMPLE.read_text(encoding="utf-8"))
    return of_the_sample({"c18", "c19"})


def workers(installation: Installation) -> list[ServerProcess]:
    return [process for process in installation.processes if process.name.startswith("work")]


async def handled(installation: Installation, outcome: str) -> int:
    """How many deliveries the workers had with this outcome, since they were started."""
    count = 0
    async with httpx.AsyncClient() as client:
        for worker in workers(installation):
            page = (await client.get(f"{worker.url}/metrics")).text
            count += sum(
                int(sample.value)
                for family in text_string_to_metric_families(page)
                for sample in family.samples
                if sample.name == "parchemin_events_handled_total" and sample.labels["outcome"] == outcome
            )
    return count


async def test_all_events_again_change_nothing(
    tmp_path: Path, kafka_servers: str, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS", kafka_servers)
    async with (
        spread(tmp_path / "server", SHORT_SESSION, postgres_server.url) as installation,
        installation.client() as http,
    ):
        played = await play(cohort(), installation, http)
        assert_as_the_policy_says(played)
        kafka = installation.settling.kafka
        assert kafka is not None
        before = await state_of(installation.databases)
        told, applied = len(all_messages(kafka)), await handled(installation, "applied")
        assert applied > 0

        async def by_the_offsets(_: int) -> None:
            for worker in workers(installation):
                worker.kill()
            await read_from_the_beginning(kafka)
            for worker in workers(installation):
                worker.launch()
            for worker in workers(installation):
                await worker.ready()

        async def by_the_outboxes(_: int) -> None:
            assert await publish_again(installation.databases) == told

        async def by_the_topics(number: int) -> None:
            assert await produce_again(kafka, SEED + number) == told

        ways: list[Callable[[int], Awaitable[None]]] = [by_the_offsets, by_the_outboxes, by_the_topics]
        for way in ways:
            for number in range(ROUNDS):
                repeated = 0 if way is by_the_offsets else await handled(installation, "repeated")
                await way(number)
                await installation.settle()
                assert await handled(installation, "repeated") == repeated + applied, way.__name__
                assert await handled(installation, "applied") == 0  # since the workers were started anew
                assert await state_of(installation.databases) == before, way.__name__
