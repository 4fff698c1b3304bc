"""The services apart, on Kafka and PostgreSQL: processes are killed at random, the broker and the database are killed
and paused, events come twice and late. Nothing is lost and nothing is doubled (reliability R1)."""

import asyncio
import os
from pathlib import Path

import pytest
from tests.engines.kafka import KafkaBroker
from tests.engines.postgres import PostgresServer
from tests.faults.accounts import assert_accounted_for
from tests.faults.cohorts import random_cohort
from tests.faults.keeping import Keeper
from tests.faults.played import assert_as_the_policy_says, of_the_sample, play
from tests.faults.sabotage import Plan, Saboteur

from parchemin.contracts.referential import Referential
from parchemin.evaluations.referential.service import REGISTERED
from parchemin.standalone.demo.command import rehearsal_settings
from parchemin.standalone.demo.installation import spread
from parchemin.standalone.demo.scenario import Scenario

WHOLE = os.environ.get("PARCHEMIN_FAULTS") == "whole"
CANDIDATES = int(os.environ.get("PARCHEMIN_FAULTS_CANDIDATES", "500"))
SETTLE_SECONDS = 120

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.slow,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.timeout(3600 if WHOLE else 300),
]

if WHOLE:
    KILLS = 100
    PLAN = Plan(
        every_requests=(15, 80),
        every_seconds=(1.0, 5.0),
        most_kills=250,
        engine_strikes=("kill broker", "pause broker", "kill database", "pause database") * 4,
        kills_between=5,
        engine_seconds=(1.0, 12.0),
        repeat_seconds=(5.0, 15.0),
        repeated=50,
    )
else:
    KILLS = 10
    PLAN = Plan(
        every_requests=(5, 20),
        every_seconds=(0.5, 2.0),
        most_kills=14,
        engine_strikes=("kill broker", "kill database"),
        kills_between=3,
        engine_seconds=(0.5, 1.5),
        repeat_seconds=(2.0, 4.0),
    )


def cohort(seed: int) -> Scenario:
    if not WHOLE:
        return of_the_sample({"c01", "c02", "c03", "c05", "c18", "c19"})
    referential = Referential.model_validate_json(REGISTERED.read_text(encoding="utf-8"))
    return random_cohort(seed, referential, candidates=CANDIDATES)


async def test_processes_broker_and_database_are_killed_and_nothing_is_lost_or_doubled(
    tmp_path: Path,
    kafka_broker: KafkaBroker,
    postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.setenv("PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS", kafka_broker.bootstrap)
    scenario = cohort(seed)
    async with spread(tmp_path / "server", rehearsal_settings(scenario), postgres_server.url) as installation:
        keeper = Keeper(installation.processes)
        engines = {"broker": kafka_broker, "database": postgres_server}
        saboteur = Saboteur(PLAN, seed, keeper, engines, installation.databases)
        hooks = {"request": [saboteur.watch], "response": [saboteur.hear]}
        async with installation.client(event_hooks=hooks) as http:
            async with saboteur.at_work():
                played = await play(scenario, installation, http)
                await saboteur.has_done(KILLS)
            print(  # noqa: T201
                f"killed {dict(keeper.kills)}, ended {dict(keeper.ended)}, not live {dict(keeper.failed)}, "
                f"engines {dict(saboteur.struck)}, repeated {saboteur.repeated}, answers {dict(saboteur.answers)}"
            )
            async with asyncio.timeout(SETTLE_SECONDS):
                await installation.settle()
            assert_as_the_policy_says(played)
            await assert_accounted_for(played, installation, tmp_path)
    assert saboteur.kills >= KILLS
    assert saboteur.struck.total() == len(PLAN.engine_strikes)
    assert saboteur.repeated > 0
    assert keeper.failed.total() == 0
    assert saboteur.answers[500] == 0  # an engine that is away is no defect: 503
