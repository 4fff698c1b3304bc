"""The outbox and the relay that empties it."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import pytest
from libs.common.tests.toy_service import Note, NoteTakenV1
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common import relay as relay_module
from parchemin.common.bus import BusAway, LocalBus, Message, Outcome
from parchemin.common.consumer import Consumer
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.outbox import backlog, publish, publish_all
from parchemin.common.relay import Relay
from parchemin.common.tables import outbox
from parchemin.contracts.envelope import CloudEvent

pytestmark = pytest.mark.asyncio


def fact(key: int = 0, text: str = "") -> NoteTakenV1:
    return NoteTakenV1(note_id=UUID(int=key), text=text)


class Recorder:
    """A bus that writes down what is safe with it; `refuse` says which publications fail."""

    def __init__(self, refuse=lambda message: False) -> None:
        self.safe: list[Message] = []
        self.refuse = refuse

    async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        await asyncio.sleep(0)
        outcomes: list[Outcome] = []
        failed: set[str] = set()
        for message in messages:
            if message.key not in failed and self.refuse(message):
                failed.add(message.key)
            outcomes.append(ConnectionError() if message.key in failed else None)
            if message.key not in failed:
                self.safe.append(message)
        return outcomes

    def texts(self) -> dict[str, list[str]]:
        by_key: defaultdict[str, list[str]] = defaultdict(list)
        for message in self.safe:
            by_key[message.key].append(CloudEvent.model_validate_json(message.body).data["text"])
        return by_key


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_event_appears_only_if_its_transaction_commits(database: Database) -> None:
    with suppress(RuntimeError):
        async with database.transaction() as session:
            await publish(session, fact())
            raise RuntimeError
    assert await backlog(database) == 0
    async with database.transaction() as session:
        await publish(session, fact())
        assert await backlog(database) == 0
    assert await backlog(database) == 1


async def test_the_order_of_each_key_holds_though_the_bus_fails_at_random(database: Database) -> None:
    for seed in range(3):
        rng = random.Random(seed)
        bus = Recorder(lambda _, rng=rng: rng.random() < 0.3)
        relay = Relay("toys", database, bus, poll_seconds=60)
        expected: defaultdict[str, list[str]] = defaultdict(list)
        for number in range(60):
            event = fact(rng.randrange(5), f"{seed}-{number}")
            expected[event.key].append(event.text)
            async with database.transaction() as session:
                await publish(session, event)
        while not await relay.publish_pending():
            pass
        assert bus.texts() == expected
        assert await backlog(database) == 0


async def test_a_batch_larger_than_one_read_is_published_whole_and_in_order(database: Database) -> None:
    bus = Recorder()
    async with database.transaction() as session:
        await publish_all(session, (fact(number % 7, str(number)) for number in range(2 * relay_module.BATCH + 1)))
    assert await Relay("toys", database, bus, poll_seconds=60).publish_pending()
    assert sum(len(texts) for texts in bus.texts().values()) == 2 * relay_module.BATCH + 1
    assert all(texts == sorted(texts, key=int) for texts in bus.texts().values())
    assert await backlog(database) == 0


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_what_is_committed_while_a_backlog_goes_out_does_not_overtake_what_is_before_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that is written before the backlog and committed after its first part was read, then another one of its
    key, before the next part is."""
    bus = Recorder()
    relay = Relay("toys", database, bus, poll_seconds=60)
    read = relay._unpublished

    async def read_after_both_are_committed(*place: int | None) -> Sequence[relay_module.Pending]:
        if place[0]:
            monkeypatch.setattr(relay, "_unpublished", read)
            await early.commit()
            async with database.transaction() as session:
                await publish(session, fact(0, "second"))
        return await read(*place)

    monkeypatch.setattr(relay, "_unpublished", read_after_both_are_committed)
    async with AsyncSession(database.engine) as early:
        await publish(early, fact(0, "first"))
        async with database.transaction() as session:
            await publish_all(session, (fact(number) for number in range(1, relay_module.BATCH + 1)))
        assert await relay.publish_pending()
    assert await relay.publish_pending()
    assert bus.texts()[str(UUID(int=0))] == ["first", "second"]
    assert await backlog(database) == 0


async def test_large_events_are_published_a_few_at_a_time(database: Database) -> None:
    handed: list[int] = []

    class Weigher(Recorder):
        async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
            handed.append(len(messages))
            return await super().publish(messages)

    bus = Weigher()
    whole, third = "x" * relay_module.BATCH_BYTES, "x" * (relay_module.BATCH_BYTES // 3)
    async with database.transaction() as session:
        await publish_all(session, [fact(1, text) for text in (whole, third, third, third, "small", "small")])
    assert await Relay("toys", database, bus, poll_seconds=60).publish_pending()
    assert handed == [1, 3, 2]
    assert [len(text) for text in bus.texts()[str(UUID(int=1))]] == [len(whole), *[len(third)] * 3, 5, 5]
    assert await backlog(database) == 0


async def test_a_key_that_the_bus_refuses_keeps_no_other_key_waiting(database: Database) -> None:
    stuck = str(UUID(int=1))
    bus = Recorder(lambda message: message.key == stuck)
    async with database.transaction() as session:
        await publish_all(session, [fact(1) for _ in range(relay_module.BATCH + 10)])
        await publish_all(session, [fact(number) for number in range(2, 12)])
    relay = Relay("toys", database, bus, poll_seconds=60)
    assert not await relay.publish_pending()
    assert len(bus.texts()) == 10
    bus.refuse = lambda _: False
    assert await relay.publish_pending()
    assert len(bus.texts()[stuck]) == relay_module.BATCH + 10


async def test_a_bus_that_is_away_is_asked_once_a_round(database: Database) -> None:
    asked = 0

    class Away(Recorder):
        async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
            nonlocal asked
            asked += 1
            raise BusAway

    async with database.transaction() as session:
        await publish_all(session, (fact(number) for number in range(3 * relay_module.BATCH)))
    with pytest.raises(BusAway):
        await Relay("toys", database, Away(), poll_seconds=60).publish_pending()
    assert asked == 1
    assert await backlog(database) == 3 * relay_module.BATCH


async def test_keys_that_the_bus_refuses_keep_nothing_behind_them_waiting(database: Database) -> None:
    """A partition without a leader refuses all of its keys, however many their events."""
    bus = Recorder(lambda message: UUID(message.key).int % 2 == 0)
    async with database.transaction() as session:
        await publish_all(session, (fact(2 * number, "even") for number in range(2 * relay_module.BATCH)))
        await publish_all(session, (fact(2 * number + 1, "odd") for number in range(10)))
    assert not await Relay("toys", database, bus, poll_seconds=60).publish_pending()
    assert len(bus.safe) == 10


async def test_a_key_that_stays_refused_does_not_slow_the_others_down(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "BACK_OFF_SECONDS", (0.01, 3600.0))
    stuck, arrived = str(UUID(int=1)), asyncio.Event()

    class Telling(Recorder):
        async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
            outcomes = await super().publish(messages)
            if any(outcome is None for outcome in outcomes):
                arrived.set()
            return outcomes

    bus = Telling(lambda message: message.key == stuck)
    async with running(Relay("toys", database, bus, poll_seconds=3600)), asyncio.timeout(10):
        for number in range(5):
            arrived.clear()
            async with database.transaction() as session:
                await publish_all(session, [fact(1), fact(2, str(number))])
            await arrived.wait()
    assert bus.texts() == {str(UUID(int=2)): ["0", "1", "2", "3", "4"]}


async def test_a_relay_killed_between_publication_and_mark_repeats_what_the_inbox_absorbs(database: Database) -> None:
    bus, consumer, handled = LocalBus(), Consumer("readers", database), []

    async def handle(_session, event: NoteTakenV1) -> None:
        handled.append(event.text)

    consumer.on(NoteTakenV1, handle)
    consumer.subscribe(bus)
    relay = Relay("toys", database, bus, poll_seconds=60)
    async with database.transaction() as session:
        await publish_all(session, (fact(number % 2, str(number)) for number in range(10)))
    assert await relay.publish_pending()
    async with database.transaction() as session:
        await session.execute(update(outbox).values(published_at=None))  # as if it had died before the mark
    assert await relay.publish_pending()
    assert sorted(handled, key=int) == [str(number) for number in range(10)]


async def test_a_handler_writes_to_the_database_that_the_relay_reads_from(database: Database) -> None:
    bus, consumer = LocalBus(), Consumer("readers", database)

    async def handle(session, event: NoteTakenV1) -> None:
        session.add(Note(organisation_id=new_id(), text=event.text))

    consumer.on(NoteTakenV1, handle)
    consumer.subscribe(bus)
    async with database.transaction() as session:
        await publish_all(session, (fact(number, str(number)) for number in range(30)))
    async with asyncio.timeout(5):
        assert await Relay("toys", database, bus, poll_seconds=60).publish_pending()
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Note)) == 30


async def test_a_commit_wakes_the_relay_at_once(database: Database) -> None:
    arrived = asyncio.Event()
    bus = Recorder()
    publish_safely = bus.publish

    async def publish_and_tell(messages: Sequence[Message]) -> Sequence[Outcome]:
        outcomes = await publish_safely(messages)
        arrived.set()
        return outcomes

    bus.publish = publish_and_tell
    relay, idle = Relay("toys", database, bus, poll_seconds=3600), asyncio.Event()
    commit_or = relay._commit_or

    async def tell_and_wait(seconds: float) -> None:
        idle.set()
        await commit_or(seconds)

    relay._commit_or = tell_and_wait
    async with running(relay), asyncio.timeout(5):
        for _ in range(3):
            await idle.wait()
            idle.clear()
            arrived.clear()
            async with database.transaction() as session:
                await publish(session, fact())
            await arrived.wait()


async def test_a_relay_that_is_stopped_in_the_middle_leaves_a_database_that_works(database: Database) -> None:
    reached = asyncio.Event()

    class Slow(Recorder):
        async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
            reached.set()
            await asyncio.Event().wait()
            return ()

    async with database.transaction() as session:
        await publish(session, fact())
    async with running(Relay("toys", database, Slow(), poll_seconds=60)):
        await reached.wait()
    bus = Recorder()
    assert await Relay("toys", database, bus, poll_seconds=60).publish_pending()
    assert len(bus.safe) == 1


async def test_a_relay_outlives_a_database_that_is_away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "BACK_OFF_SECONDS", (0.0,))
    bus, relay, failures = Recorder(), None, iter(range(3))
    relay = Relay("toys", database, bus, poll_seconds=0.01)
    publish_pending, done = relay.publish_pending, asyncio.Event()

    async def sometimes(leads) -> bool:
        if next(failures, None) is not None:
            raise ConnectionRefusedError
        safe = await publish_pending(leads)
        done.set()
        return safe

    relay.publish_pending = sometimes
    async with database.transaction() as session:
        await publish(session, fact())
    async with running(relay), asyncio.timeout(5):
        await done.wait()
    assert len(bus.safe) == 1


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_of_two_relays_on_one_postgres_database_one_leads_until_it_stops(database: Database) -> None:
    async with database.leadership("parchemin.relay") as leads, database.leadership("parchemin.relay") as other:
        assert await leads()
        assert not await other()
        assert await leads()
    async with database.leadership("parchemin.relay") as next_one:
        assert await next_one()


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_a_commit_of_another_process_wakes_the_relay_at_once(database: Database) -> None:
    """Two `Database` objects share no memory, as two processes do not: only PostgreSQL's notification tells."""
    arrived, elsewhere = asyncio.Event(), Database(database.url)

    class Telling(Recorder):
        async def publish(self, messages: Sequence[Message]) -> Sequence[Outcome]:
            outcomes = await super().publish(messages)
            arrived.set()
            return outcomes

    relay, idle = Relay("toys", database, Telling(), poll_seconds=3600), asyncio.Event()
    commit_or = relay._commit_or

    async def tell_and_wait(seconds: float) -> None:
        idle.set()
        await commit_or(seconds)

    relay._commit_or = tell_and_wait
    async with running(relay), asyncio.timeout(5):
        await idle.wait()
        async with elsewhere.transaction() as session:
            await publish(session, fact())
        await arrived.wait()
    await elsewhere.dispose()


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_several_relays_publish_each_event_once_and_in_order_though_their_leader_is_stopped(
    database: Database,
) -> None:
    bus = Recorder()
    databases = [Database(database.url) for _ in range(3)]
    expected: defaultdict[str, list[str]] = defaultdict(list)
    tasks = [asyncio.create_task(Relay("toys", one, bus, poll_seconds=0.01).run()) for one in databases]
    try:
        for number in range(60):
            event = fact(number % 7, str(number))
            expected[event.key].append(event.text)
            async with database.transaction() as session:
                await publish(session, event)
            if number in {20, 40}:
                tasks.pop(0).cancel()
        async with asyncio.timeout(10):
            while await backlog(database):  # noqa: ASYNC110 - the marks are made by tasks that tell nobody
                await asyncio.sleep(0.01)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for one in databases:
            await one.dispose()
    assert {key: list(dict.fromkeys(texts)) for key, texts in bus.texts().items()} == expected
