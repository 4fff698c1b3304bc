"""Scenarios played through the real product: a process of its own on SQLite and the local bus; and two processes for
each service, on PostgreSQL and Kafka."""

import json
from pathlib import Path
from typing import Any

import pypdf
import pytest
from rich.console import Console
from tests.e2e.oracle import expected_outcome
from tests.e2e.random_scenario import random_scenario
from tests.engines.postgres import PostgresServer

from parchemin.contracts.referential import Referential
from parchemin.evaluations.referential.service import REGISTERED
from parchemin.standalone.cli import SAMPLE
from parchemin.standalone.demo.command import play, report
from parchemin.standalone.demo.scenario import Scenario

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

SEED = 20261123
QUIET = Console(quiet=True)
EXPECTED = Path(__file__).parents[1] / "data" / "promotion-2026.expected.json"


def registered() -> Referential:
    return Referential.model_validate_json(REGISTERED.read_text(encoding="utf-8"))


def without_numbers(summary: dict[str, Any]) -> dict[str, Any]:
    return {
        "blocks_validated": summary["blocks_validated"],
        "certifications": [
            {"candidate": row["candidate"], "session": row["session"]} for row in summary["certifications"]
        ],
    }


def assert_register_is_gapless(summary: dict[str, Any]) -> None:
    numbers: dict[str, list[int]] = {}
    for row in summary["certifications"]:
        year, rank = row["register_number"].split("-")
        numbers.setdefault(year, []).append(int(rank))
    for ranks in numbers.values():
        assert sorted(ranks) == list(range(1, len(ranks) + 1))


@pytest.fixture(params=["embedded", pytest.param("spread", marks=[pytest.mark.kafka, pytest.mark.postgres])])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Where the scenario is played, as `play` takes it."""
    if request.param == "embedded":
        return {}
    monkeypatch.setenv("PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS", request.getfixturevalue("kafka_servers"))
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return {"on_kafka": True, "database": server.url}


@pytest.mark.timeout(300)
async def test_the_sample_cohort_comes_to_what_it_must(tmp_path: Path, place: dict[str, Any]) -> None:
    scenario = Scenario.model_validate_json(SAMPLE.read_text(encoding="utf-8"))
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    summary = await play(scenario, tmp_path, QUIET, **place)

    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8")) == summary
    assert summary["candidates"] == expected.pop("candidates")
    assert without_numbers(summary) == expected
    assert_register_is_gapless(summary)
    assert expected_outcome(scenario, registered()) == expected
    assert summary["refusals"] == []
    assert summary["events"]["parchemin.evaluations.block_validated.v1"] == 65
    assert summary["events"]["parchemin.evaluations.certification_awarded.v1"] == 20
    report(summary, scenario, tmp_path, QUIET)

    kinds = [document["kind"] for document in summary["documents"]]
    registered_pairs = {(session.ref, one.candidate) for session in scenario.sessions for one in session.registrations}
    assert kinds.count("block_attestation") == 65
    assert kinds.count("diploma") == 20
    assert kinds.count("jury_minutes") == 3
    assert kinds.count("results_notice") == len(registered_pairs)
    assert len({document["verification_code"] for document in summary["documents"]}) == len(kinds)
    diploma = next(one for one in summary["documents"] if one["kind"] == "diploma" and one["candidate"] == "c01")
    text = pypdf.PdfReader(tmp_path / diploma["path"]).pages[0].extract_text()
    assert "Zoé Lefèvre" in text
    assert next(row["register_number"] for row in summary["certifications"] if row["candidate"] == "c01") in text


async def test_a_random_scenario_comes_to_what_the_words_of_the_policy_say(tmp_path: Path) -> None:
    scenario = Scenario.model_validate(random_scenario(SEED, registered(), candidates=4))
    summary = await play(scenario, tmp_path, QUIET)
    assert without_numbers(summary) == expected_outcome(scenario, registered())
    assert_register_is_gapless(summary)
