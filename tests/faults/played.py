"""A year of a school, played to its end on an installation: what the faults are brought upon."""

import asyncio
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import httpx
from tests.e2e.oracle import expected_outcome

from parchemin.contracts.referential import Referential
from parchemin.evaluations.referential.service import REGISTERED
from parchemin.standalone.cli import SAMPLE
from parchemin.standalone.demo.cast import Cast
from parchemin.standalone.demo.installation import Installation
from parchemin.standalone.demo.outcome import outcome
from parchemin.standalone.demo.player import Player
from parchemin.standalone.demo.scenario import Scenario

LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True)
class Played:
    """A scenario that is over, and who played it."""

    scenario: Scenario
    player: Player
    cast: Cast
    summary: dict[str, Any]


def of_the_sample(refs: Collection[str]) -> Scenario:
    """These candidates of the sample cohort, with all that happens to them."""
    everybody = json.loads(SAMPLE.read_text(encoding="utf-8"))
    for holder, name in [(everybody, "accommodations"), (everybody, "exemptions")] + [
        (session, name) for session in everybody["sessions"] for name in ("registrations", "overrides")
    ]:
        holder[name] = [one for one in holder.get(name, []) if one["candidate"] in refs]
    everybody["candidates"] = [candidate for candidate in everybody["candidates"] if candidate["ref"] in refs]
    everybody["sessions"] = [session for session in everybody["sessions"] if session["registrations"]]
    return Scenario.model_validate(everybody)


async def play(scenario: Scenario, installation: Installation, http: httpx.AsyncClient) -> Played:
    """From the school to its last document."""
    player = Player(scenario, cast := Cast(http, installation.var / "keys"), installation.settle)
    await player.found_school()
    await player.enrol(lambda: None)
    await player.accommodate(lambda: None)
    for session in scenario.sessions:
        await player.hold(session, lambda: None)
    await documents_issued(cast)
    await installation.settle()
    return Played(scenario, player, cast, await outcome(player, cast.administrator))


async def documents_issued(cast: Cast) -> None:
    """Wait until no document is left to be made."""
    while (await cast.administrator.get("/v1/documents", state="pending", limit=1)).body["items"]:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def assert_as_the_policy_says(played: Played) -> None:
    """The outcome is the expected one, and the register has no gap."""
    referential = Referential.model_validate_json(REGISTERED.read_text(encoding="utf-8"))
    expected = expected_outcome(played.scenario, referential)
    summary = played.summary
    assert summary["blocks_validated"] == expected["blocks_validated"]
    awarded = [{name: row[name] for name in ("candidate", "session")} for row in summary["certifications"]]
    assert awarded == expected["certifications"]
    ranks: dict[str, list[int]] = {}
    for row in summary["certifications"]:
        year, rank = row["register_number"].split("-")
        ranks.setdefault(year, []).append(int(rank))
    assert all(sorted(given) == list(range(1, len(given) + 1)) for given in ranks.values()), ranks
