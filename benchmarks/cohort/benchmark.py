"""A whole cohort, from its entry to its diplomas: four services apart, on Kafka and PostgreSQL, through their API.

The floor is the sum of what its sheets, its events and its documents take at the raw floors of the same run: bare SQL,
bare aiokafka, bare Typst, one after the other. What a cohort needs beside these has no floor, and counts against it.
"""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cohort.scenario import JURY, cohort
from benchmarks.documents.benchmark import TYPST
from benchmarks.engines import Engines
from benchmarks.events.relay import SEND
from benchmarks.harness import NotMeasured, Result
from benchmarks.sheets.benchmark import SAME

from parchemin.standalone.demo.cast import Cast
from parchemin.standalone.demo.command import rehearsal_settings
from parchemin.standalone.demo.installation import Installation, spread
from parchemin.standalone.demo.outcome import count_events
from parchemin.standalone.demo.player import Player
from parchemin.standalone.demo.scenario import Scenario

PRODUCT, FLOORS = "product", "sum of the floors"
PATIENCE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    candidates: int


QUICK = Sizes(candidates=50)
FULL = Sizes(candidates=1_000)


async def run(engines: Engines, folder: Path, sizes: Sizes, found: Mapping[str, Result]) -> Result:
    """One play; what it is held against was measured before, in this run: `found`."""
    scenario = cohort(sizes.candidates)
    sheets = sum(len(session.registrations) for session in scenario.sessions) * len(JURY)
    documents = 5 * sizes.candidates + len(scenario.sessions)
    result = Result(
        "cohort", "A cohort through all modalities", "s", {"candidates": sizes.candidates, "sheets": sheets}
    )
    os.environ["PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS"] = engines.kafka.bootstrap
    async with spread(folder, rehearsal_settings(scenario), engines.postgres.url) as installation:
        seconds = await _play(scenario, installation, documents)
        events = sum((await count_events(installation.databases)).values())
    result.sizes |= {"events": events, "documents": documents}
    floors = {
        "sheets at the floor": sheets / found["sheets"].figures[SAME],
        "events at the floor": events / found["relay"].figures[SEND],
        "documents at the floor": documents / found["documents"].figures[TYPST],
    }
    result.figures |= {PRODUCT: seconds, FLOORS: sum(floors.values()), **floors}
    result.rounds |= {PRODUCT: [seconds], FLOORS: [sum(floors.values())]}
    result.compare(FLOORS, PRODUCT)
    result.notes["candidates_per_second"] = round(sizes.candidates / seconds, 2)
    return result


async def _play(scenario: Scenario, installation: Installation, documents: int) -> float:
    async with installation.client() as http:
        player = Player(scenario, cast := Cast(http, installation.var / "keys"), installation.settle)
        started = time.perf_counter()
        await player.found_school()
        await player.enrol(_nothing)
        for session in scenario.sessions:
            await player.hold(session, _nothing)
        deadline = started + PATIENCE_SECONDS
        while (await cast.administrator.get("/v1/documents", state="pending", limit=1)).body["items"]:
            if time.perf_counter() > deadline:
                raise NotMeasured("some documents were not made")
            await asyncio.sleep(0.05)
        await installation.settle()
        taken = time.perf_counter() - started
        if player.refusals:
            raise NotMeasured(f"refused: {player.refusals[:3]}")
        await _require_awards(cast, len(scenario.candidates))
        return taken


async def _require_awards(cast: Cast, expected: int) -> None:
    awarded = len([award async for award in cast.administrator.items("/v1/awards")])
    if awarded != expected:
        raise NotMeasured(f"{awarded} awards instead of {expected}")


def _nothing() -> None:
    """Nobody watches the progress."""
