"""Cohorts of any size for the faults."""

from typing import Any

from tests.e2e.random_scenario import random_scenario

from parchemin.contracts.referential import Referential
from parchemin.standalone.demo.scenario import Scenario


def random_cohort(seed: int, referential: Referential, *, candidates: int) -> Scenario:
    """As `random_scenario`, with fewer requests for each candidate: they come to one session of a year, every fifth to
    the next one too, before a jury of two. And most of them pass: three of four are there, and meet all criteria."""
    year = random_scenario(seed, referential, candidates=candidates)
    sessions: list[dict[str, Any]] = year["sessions"]
    expected: list[set[str]] = [set() for _ in sessions]
    passing = {candidate["ref"] for number, candidate in enumerate(year["candidates"]) if number % 4}
    for number, candidate in enumerate(year["candidates"]):
        expected[number % len(sessions)].add(candidate["ref"])
        if number % 5 == 0:
            expected[(number + 1) % len(sessions)].add(candidate["ref"])
    for session, refs in zip(sessions, expected, strict=True):
        for name in ("registrations", "overrides"):
            session[name] = [one for one in session[name] if one["candidate"] in refs]
        for registration in session["registrations"]:
            if registration["candidate"] in passing:
                registration |= {"attendance": "present", "levels": {}, "sheets": {}}
        session["jury"]["members"] = session["jury"]["members"][:1]
    return Scenario.model_validate(year)
