"""What a candidate and an event cost when much has gone before: other candidates, and a long history of events."""

import random
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.engines import Engines
from benchmarks.events.relay import written
from benchmarks.growth.history import grade_all, live_through, settle
from benchmarks.harness import Measure, NotMeasured, Result, measure
from benchmarks.load import load
from benchmarks.servers import Server, serving
from benchmarks.sheets.requests import Sheets
from benchmarks.sheets.school import JURY, Due, found_school

from parchemin.common.auth.keys import LocalKey
from parchemin.common.bus import Bus, Message
from parchemin.common.bus.kafka import KafkaBus, KafkaSettings
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.outbox import backlog
from parchemin.common.relay import Relay
from parchemin.common.service import Service, opened
from parchemin.contracts.envelope import wrap
from parchemin.contracts.events.candidates import EnrolmentOpenedV1
from parchemin.contracts.vocabulary import AccessPath
from parchemin.evaluations.app import create_service
from parchemin.evaluations.settings import Settings

CONNECTIONS = 16
SEED = 20261124
CANDIDATES = 100
"""Who is graded in a round."""
PUBLISHED, HANDLED = 1_000, 200
"""Events in a round, by the relay in batches and by the consumer one by one."""
LIMIT = 1.2


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much has gone before, and how often it is measured."""

    candidates: int
    events: int
    rounds: int


QUICK = Sizes(candidates=1_000, events=200_000, rounds=3)
FULL = Sizes(candidates=10_000, events=10_000_000, rounds=5)


@dataclass(frozen=True, slots=True)
class Past:
    """A database of the evaluations service, and the sheets that are due there."""

    url: str
    rounds: Sequence[Sequence[Due]]


async def run(engines: Engines, folder: Path, sizes: Sizes) -> Result:
    """Costs with nothing before, after many candidates, and after many events."""
    size: dict[str, int | str] = {"candidates before": sizes.candidates, "events before": sizes.events}
    result = Result("growth", "Cost as the past grows", "ms", {**size, "rounds": sizes.rounds})
    new = await _past(engines, "new", sizes)
    crowded = await _past(engines, "crowded", sizes, candidates=sizes.candidates)
    old = await _past(engines, "old", sizes, events=sizes.events)
    pasts = {
        "nothing before": new,
        f"{sizes.candidates:,} candidates before": crowded,
        f"{sizes.events:,} events before": old,
    }
    empty, *grown = await _grade_candidates(result, pasts, folder, sizes)
    for one in grown:
        result.compare(one, empty, at_most=LIMIT)
    del pasts[f"{sizes.candidates:,} candidates before"]
    for empty, after in await _handle_events(result, pasts, engines, sizes):
        result.compare(after, empty, at_most=LIMIT)
    return result


async def _past(engines: Engines, name: str, sizes: Sizes, *, candidates: int = 0, events: int = 0) -> Past:
    """So many candidates who were graded and events that came and went; and then sessions that run, all sheets due."""
    url = await engines.postgres.create_migrated(f"growth_{name}", "evaluations")
    database, organisation = Database(url), new_id()
    try:
        if candidates:
            await found_school(database, candidates * JURY, organisation)
            await grade_all(url)
        if events:
            await live_through(url, events)
        due = await found_school(database, (sizes.rounds + 1) * CANDIDATES * JURY, organisation)
    finally:
        await database.dispose()
    await settle(url)
    random.Random(SEED).shuffle(due)  # noqa: S311 - an order, not a secret
    return Past(url, [due[start : start + CANDIDATES * JURY] for start in range(0, len(due), CANDIDATES * JURY)])


async def _grade_candidates(result: Result, pasts: Mapping[str, Past], folder: Path, sizes: Sizes) -> list[str]:
    """What a candidate costs over HTTP: the sheets of a jury of four."""
    sheets = Sheets(LocalKey(folder / "keys"))

    async def grade(server: Server, past: Past, number: int) -> float:
        requests = [sheets.to_product(due) for due in past.rounds[number]]
        seen = await load(server.port, CONNECTIONS, requests, folder / "requests", expected=201)
        return seen.seconds / CANDIDATES * 1000

    contenders: dict[str, Measure] = {}
    with ExitStack() as running:
        for number, (name, past) in enumerate(pasts.items()):
            settings = {"PARCHEMIN_EVALUATIONS_DATABASE_URL": past.url}
            log = folder / f"{number}.log"
            server = running.enter_context(serving("evaluations", settings, log))
            contenders[f"a candidate is graded, {name}"] = partial(grade, server, past)
        for contender in contenders.values():
            await contender(-1)
        await measure(result, contenders, sizes.rounds)
    return list(contenders)


async def _handle_events(
    result: Result, pasts: Mapping[str, Past], engines: Engines, sizes: Sizes
) -> list[tuple[str, str]]:
    """What events cost the relay to bring out, and the consumer to handle; names to compare, in pairs."""
    published: dict[str, Measure] = {}
    handled: dict[str, Measure] = {}
    async with AsyncExitStack() as running:
        for number, (name, past) in enumerate(pasts.items()):
            kafka = KafkaSettings(bootstrap_servers=engines.kafka.bootstrap, namespace=f"bench-growth-{number}.")
            bus = KafkaBus(kafka, "bench")
            service = create_service(Settings(database_url=past.url, migrate_on_start=False), bus)
            await running.enter_async_context(opened(service))
            running.push_async_callback(bus.stop)
            published[f"{PUBLISHED:,} events are published, {name}"] = partial(_publish, service.database, bus)
            handled[f"{HANDLED:,} events are handled, {name}"] = partial(_handle, service)
        for contenders in (published, handled):
            for contender in contenders.values():
                await contender(-1)
            await measure(result, contenders, sizes.rounds)
    return [(empty, after) for empty, after in (published, handled)]


async def _publish(database: Database, bus: Bus, _number: int) -> float:
    await written(database, PUBLISHED)
    started = time.perf_counter()
    await Relay("evaluations", database, bus, poll_seconds=1).publish_pending()
    taken = time.perf_counter() - started
    if left := await backlog(database):
        raise NotMeasured(f"{left} events were not published")
    return taken * 1000


async def _handle(service: Service, _number: int) -> float:
    if service.consumer is None:
        raise NotMeasured("a service that hears nothing")
    messages = [_opened() for _ in range(HANDLED)]
    started = time.perf_counter()
    for message in messages:
        await service.consumer.deliver(message)
    return (time.perf_counter() - started) * 1000


def _opened() -> Message:
    event = EnrolmentOpenedV1(
        enrolment_id=new_id(),
        organisation_id=new_id(),
        candidate_id=new_id(),
        referential_version="1.0",
        access_path=AccessPath.INITIAL_TRAINING,
        blocks=(1, 2, 3),
    )
    return Message(event.topic, event.key, wrap(event, event_id=new_id(), at=utc_now()).to_bytes())
