"""Cohorts of any size for the faults."""

from typing import Any

from tests.e2e.random_scenario import random_scenario

from parchemin.contracts.referential import Referential
from parchemin.standalone.demo.scenario import Scenario


def random_cohort(seed: int, referential: Referential, *, candidates: int) -> Scenario:
    """As `random_scenario`, but each candidate comes to one session of the year, every fifth to the next one too, and
    juries are of two: as many enrolments with fewer requests for each."""
    year = random_scenario(seed, referential, candidates=candidates)
    sessions: list[dict[str, Any]] = year["sessions"]
    expected: list[set[str]] = [set() for _ in sessions]
    for number, candidate in enumerate(year["candidates"]):
        expected[number % len(sessions)].add(candidate["ref"])
        if number % 5 == 0:
            expected[(number + 1) % len(sessions)].add(candidate["ref"])
    for session, refs in zip(sessions, expected, strict=True):
        for name in ("registrations", "overrides"):
            session[name] = [one for one in session[name] if one["candidate"] in refs]
        session["jury"]["members"] = session["jury"]["members"][:1]
    return Scenario.model_validate(year)
