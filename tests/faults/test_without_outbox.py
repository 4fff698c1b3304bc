"""The negative control: the same fault upon the product as it is, and upon one that publishes after the commit.

Only the outbox makes the difference, and the checks of this folder see it.
"""

import asyncio
from pathlib import Path

import httpx
import pytest
from tests.engines.kafka import KafkaBroker
from tests.engines.postgres import PostgresServer
from tests.faults.accounts import (
    assert_all_handled,
    assert_every_document_is_there_once,
    delivered_ids,
    lost,
    written_by,
)
from tests.faults.keeping import Keeper
from tests.faults.played import assert_as_the_policy_says, of_the_sample, play

from parchemin.standalone.demo.client import Refused
from parchemin.standalone.demo.command import rehearsal_settings
from parchemin.standalone.demo.installation import Installation, spread
from parchemin.standalone.demo.process import PROGRAM
from parchemin.standalone.demo.scenario import Scenario

WITHOUT_OUTBOX = "tests.faults.without_outbox"
REPOSITORY = Path(__file__).parents[2]
AWAY_SECONDS = 1.5
LOSS_SECONDS = 90
"""For longer nobody waits for what does not come."""

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.slow,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.timeout(300),
    pytest.mark.whole,  # a negative control
]


class Cut:
    """The broker goes away when the first candidate is enrolled, and who serves candidates dies before it is back."""

    def __init__(self, broker: KafkaBroker, keeper: Keeper) -> None:
        self._broker = broker
        self._keeper = keeper
        self._over: asyncio.Task[None] | None = None

    async def watch(self, request: httpx.Request) -> None:
        """Called before each request is sent."""
        if self._over is None and request.url.path == "/v1/enrolments":
            self._over = asyncio.create_task(self._outage())

    async def over(self) -> None:
        """Wait until the broker is back."""
        assert self._over is not None, "nobody was enrolled"
        await self._over

    async def _outage(self) -> None:
        await asyncio.to_thread(self._broker.kill)
        await asyncio.sleep(AWAY_SECONDS)
        [serving] = [process for process in self._keeper.processes if process.name == "serve-candidates"]
        await self._keeper.kill(serving)
        await asyncio.to_thread(self._broker.restart)


async def deviation(scenario: Scenario, installation: Installation, broker: KafkaBroker, out: Path) -> Exception | None:
    """Why the scenario does not come to what it must; None where it does."""
    keeper = Keeper(installation.processes)
    cut = Cut(broker, keeper)
    async with installation.client(event_hooks={"request": [cut.watch]}) as http:
        try:
            async with asyncio.timeout(LOSS_SECONDS):
                played = await play(scenario, installation, http)
            assert_as_the_policy_says(played)
            await assert_all_handled(installation.databases)
            await assert_every_document_is_there_once(played, installation, out)
        except (Refused, AssertionError, TimeoutError) as error:
            return error
        finally:
            await cut.over()
    return None


@pytest.mark.parametrize("program", [PROGRAM, WITHOUT_OUTBOX], ids=["with the outbox", "without"])
async def test_events_are_lost_only_without_the_outbox(
    program: str,
    tmp_path: Path,
    kafka_broker: KafkaBroker,
    postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS", kafka_broker.bootstrap)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    scenario = of_the_sample({"c01", "c02", "c18", "c19"})
    settings = rehearsal_settings(scenario)
    async with spread(tmp_path / "server", settings, postgres_server.url, program=program) as installation:
        found = await deviation(scenario, installation, kafka_broker, tmp_path)
        kafka = installation.settling.kafka
        assert kafka is not None
        rows = [row for url in installation.databases.values() for row in await written_by(url)]
        gone = lost(rows, await delivered_ids(kafka))
    print(f"{len(gone)} of {len(rows)} events lost: {found!r}")  # noqa: T201
    if program == PROGRAM:
        assert found is None
        assert gone == []
    else:
        assert found is not None
        types = {row.type.removeprefix("parchemin.").removesuffix(".v1") for row in gone}
        assert "candidates.enrolment_opened" in types
        assert not types & {"candidates.organisation_registered", "evaluations.juror_identified"}  # those came before
