"""Clocks that differ by two hours between the process that serves and the one that works."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

import pytest
from tests.engines.missing import missing
from tests.engines.postgres import PostgresServer
from tests.faults.played import assert_as_the_policy_says, of_the_sample, play
from tests.faults.test_outage_of_storage import assert_nothing_is_missing

from parchemin.common.bus.kafka import KafkaSettings
from parchemin.standalone.demo.databases import create_databases
from parchemin.standalone.demo.installation import Installation
from parchemin.standalone.demo.process import ServerProcess
from parchemin.standalone.demo.settling import Settling, delete_topics

WHOLE = os.environ.get("PARCHEMIN_FAULTS") == "whole"
OFF = ("+2h", "-2h") if WHOLE else ("+2h",)

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.slow,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.timeout(600 if WHOLE else 150),
]


@pytest.fixture
def another_clock() -> dict[str, str]:
    """Environment of a process whose clock libfaketime sets (Debian: `libfaketime`)."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if sys.platform != "linux" or not found:
        missing("no libfaketime to set a process's clock with")
    return {"LD_PRELOAD": str(found[0]), "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@asynccontextmanager
async def two_clocks(
    var: Path, server: PostgresServer, environment: dict[str, str], clock: dict[str, str]
) -> AsyncIterator[Installation]:
    """All four services in a process that serves, and in one that works by another clock."""
    kafka = KafkaSettings(
        bootstrap_servers=environment["PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS"], namespace=f"{token_hex(4)}."
    )
    databases = await create_databases(server.url, var)
    settings = {
        **environment,
        "PARCHEMIN_KAFKA_NAMESPACE": kafka.namespace,
        "PARCHEMIN_WORK": "apart",
        **{f"PARCHEMIN_{name.upper()}_DATABASE_URL": url for name, url in databases.items()},
    }
    serving, working = ServerProcess(["serve"], var, settings), ServerProcess(["work"], var, {**settings, **clock})
    installation = Installation(var, [serving, working], databases, Settling(databases, kafka))
    try:
        for process in (serving, working):
            await process.start()
        yield installation
    finally:
        serving.close()
        working.close()
        await installation.settling.close()
        await delete_topics(kafka)


@pytest.mark.parametrize("off", OFF)
async def test_clocks_that_differ_change_nothing_of_the_outcome(
    off: str,
    another_clock: dict[str, str],
    tmp_path: Path,
    kafka_environment: dict[str, str],
    postgres_server: PostgresServer,
) -> None:
    clock = {**another_clock, "FAKETIME": off}
    async with (
        two_clocks(tmp_path, postgres_server, kafka_environment, clock) as installation,
        installation.client() as http,
    ):
        played = await play(of_the_sample({"c18", "c19"}), installation, http)
        assert_as_the_policy_says(played)
        await assert_nothing_is_missing(installation.databases, awards=len(played.summary["certifications"]))
