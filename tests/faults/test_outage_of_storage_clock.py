"""Clocks that differ by two hours between the process that serves and the one that works."""

import os
from pathlib import Path

import pytest
from tests.engines.missing import missing
from tests.engines.postgres import PostgresServer
from tests.faults.pair import pair
from tests.faults.played import assert_as_the_policy_says, of_the_sample, play
from tests.faults.test_outage_of_storage import assert_nothing_is_missing

from parchemin.standalone.demo.databases import create_databases

WHOLE = os.environ.get("PARCHEMIN_FAULTS") == "whole"
OFF = ("+2h", "-2h") if WHOLE else ("+2h",)

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.slow,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.whole,
    pytest.mark.timeout(600 if WHOLE else 150),
]


@pytest.fixture
def another_clock() -> dict[str, str]:
    """Environment of a process whose clock libfaketime sets (Debian: `libfaketime`)."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        missing("no libfaketime to set a process's clock with")
    return {"LD_PRELOAD": str(found[0]), "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@pytest.mark.parametrize("off", OFF)
async def test_clocks_that_differ_change_nothing_of_the_outcome(
    off: str,
    another_clock: dict[str, str],
    tmp_path: Path,
    kafka_environment: dict[str, str],
    postgres_server: PostgresServer,
) -> None:
    databases = await create_databases(postgres_server.url, tmp_path)
    clock = {**another_clock, "FAKETIME": off}
    async with pair(tmp_path, databases, kafka_environment, clock) as installation, installation.client() as http:
        played = await play(of_the_sample({"c18", "c19"}), installation, http)
        assert_as_the_policy_says(played)
        await assert_nothing_is_missing(databases, awards=len(played.summary["certifications"]))
