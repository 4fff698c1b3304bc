"""From the commit of a fact in one service to the commit of its effect in another one: two processes, on Kafka."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
from benchmarks.engines import Engines, plain
from benchmarks.harness import NotMeasured, Ratio, Result
from benchmarks.servers import working

from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.outbox import publish
from parchemin.common.statements import insert_if_absent
from parchemin.common.tables import inbox
from parchemin.contracts.events.candidates import EnrolmentOpenedV1
from parchemin.contracts.vocabulary import AccessPath

SEED = 20261124
TARGET_MS = 20
SETTLE_SECONDS = 60
WARM = 50
COMMITTED = "SELECT {0}, pg_xact_commit_timestamp(xmin) FROM {1} WHERE {0} = ANY($1)"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    events: int
    """At each rate."""


RATES = (20, 100)
"""Events a second; the target is for the first."""
QUICK = Sizes(events=200)
FULL = Sizes(events=1_000)


async def run(engines: Engines, folder: Path, sizes: Sizes) -> Result:
    """An enrolment is opened in the candidates service, and known in the evaluations service.

    Both times are the server's own, of the two commits (`track_commit_timestamp`): nobody asks while it is measured.
    """
    result = Result(
        "delay", "From commit to effect in another service", "ms", {"events at each rate": sizes.events, "bus": "Kafka"}
    )
    urls = {
        name: await engines.postgres.create_migrated(f"delay_{name}", name) for name in ("candidates", "evaluations")
    }
    settings = {
        "PARCHEMIN_BUS": "kafka",
        "PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS": engines.kafka.bootstrap,
        "PARCHEMIN_KAFKA_NAMESPACE": "bench-delay.",
        **{f"PARCHEMIN_{name.upper()}_DATABASE_URL": url for name, url in urls.items()},
    }
    database = Database(urls["candidates"])
    with ExitStack() as running:
        for name in urls:
            running.enter_context(working(name, settings, folder / f"{name}.log"))
        try:
            await _delays(urls, await _tell(database, WARM, RATES[0]))
            for rate in RATES:
                delays = await _delays(urls, await _tell(database, sizes.events, rate))
                for name, share in (("p50", 0.5), ("p99", 0.99)):
                    result.figures[f"{name} at {rate}/s"] = round(delays[int(len(delays) * share)], 2)
        finally:
            await database.dispose()
    slow = f"p50 at {RATES[0]}/s"
    result.ratios.append(Ratio(slow, None, result.figures[slow], at_most=TARGET_MS))
    return result


async def _tell(database: Database, count: int, per_second: int) -> list[UUID]:
    """Open so many enrolments, at random moments of that rate."""
    chance = random.Random(SEED)  # noqa: S311 - moments, not secrets
    opened = [new_id() for _ in range(count)]
    due = asyncio.get_running_loop().time()
    telling = []
    for enrolment in opened:
        due += chance.expovariate(per_second)
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        telling.append(asyncio.create_task(_open(database, enrolment)))
    await asyncio.gather(*telling)
    return opened


async def _open(database: Database, enrolment: UUID) -> None:
    """The event, and in the same transaction a row that nobody touches again: the relay marks that of the event."""
    event = EnrolmentOpenedV1(
        enrolment_id=enrolment,
        organisation_id=new_id(),
        candidate_id=new_id(),
        referential_version="1.0",
        access_path=AccessPath.INITIAL_TRAINING,
        blocks=(1, 2, 3),
    )
    async with database.transaction() as session:
        await insert_if_absent(
            session, inbox, {"consumer": "bench", "event_id": enrolment, "handled_at": datetime.now(UTC)}
        )
        await publish(session, event)


async def _delays(urls: Mapping[str, str], told: Sequence[UUID]) -> list[float]:
    """From commit to commit, in milliseconds, ascending; when all effects are there."""
    fact = await asyncpg.connect(plain(urls["candidates"]))
    effect = await asyncpg.connect(plain(urls["evaluations"]))
    try:
        deadline = time.monotonic() + SETTLE_SECONDS
        while await effect.fetchval("SELECT count(*) FROM known_enrolments WHERE id = ANY($1)", told) < len(told):
            if time.monotonic() > deadline:
                raise NotMeasured("some effects did not come")
            await asyncio.sleep(0.2)
        began = dict(await fact.fetch(COMMITTED.format("event_id", "inbox"), told))
        ended = dict(await effect.fetch(COMMITTED.format("id", "known_enrolments"), told))
    finally:
        await fact.close()
        await effect.close()
    return sorted((ended[one] - began[one]).total_seconds() * 1000 for one in told)
