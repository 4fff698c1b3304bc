"""The inbox, the dead letters and their replay."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from libs.common.tests.toy_service import Note, NoteTakenV1, notes_in
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.bus import Message
from parchemin.common.clock import utc_now
from parchemin.common.consumer import ATTEMPTS, Consumer, ConsumerPaused
from parchemin.common.database import Database
from parchemin.common.dead_letters import opened_letter
from parchemin.common.ids import new_id
from parchemin.common.problems import Conflict
from parchemin.common.tables import dead_letters, inbox, outbox
from parchemin.contracts.envelope import wrap

pytestmark = pytest.mark.asyncio


def message(text: str = "read", **changes: object) -> Message:
    event = NoteTakenV1(note_id=uuid4(), text=text)
    envelope = json.loads(wrap(event, event_id=new_id(), at=utc_now()).to_bytes())
    return Message(event.topic, event.key, json.dumps({**envelope, **changes}).encode())


async def take_note(session: AsyncSession, event: NoteTakenV1) -> None:
    session.add(Note(organisation_id=new_id(), text=event.text))
    await session.flush()


def after(error: Callable[[], BaseException], times: int = 10**9) -> Callable[..., Awaitable[None]]:
    """A handler that has its effect and then fails, the first `times` times."""
    left = [times]

    async def handle(session: AsyncSession, event: NoteTakenV1) -> None:
        await take_note(session, event)
        left[0] -= 1
        if left[0] >= 0:
            raise error()

    return handle


def consumer_of(database: Database, handler: Callable[..., Awaitable[None]]) -> Consumer:
    consumer = Consumer("readers", database)
    consumer.on(NoteTakenV1, handler)
    return consumer


async def received(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(inbox))


async def causes(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(dead_letters.c.cause).order_by(dead_letters.c.position)))


async def test_five_deliveries_at_once_have_one_effect(database: Database) -> None:
    consumer, same = consumer_of(database, take_note), message()
    await asyncio.gather(*(consumer.deliver(same) for _ in range(5)))
    await consumer.deliver(same)
    assert await notes_in(database) == ["read"]
    assert await received(database) == 1


async def test_two_consumers_of_one_database_each_have_their_effect(database: Database) -> None:
    same = message()
    for name in ("one", "other"):
        consumer = Consumer(name, database)
        consumer.on(NoteTakenV1, take_note)
        await consumer.deliver(same)
    assert len(await notes_in(database)) == 2


async def test_what_fails_for_want_of_the_database_is_raised_and_leaves_nothing(database: Database) -> None:
    def locked() -> Exception:
        return OperationalError("UPDATE", None, Exception("database is locked"))

    consumer, same = consumer_of(database, after(locked, times=ATTEMPTS + 1)), message()
    for _ in range(ATTEMPTS + 1):
        with pytest.raises(OperationalError):
            await consumer.deliver(same)
        assert await received(database) == 0
    await consumer.deliver(same)
    assert await notes_in(database) == ["read"]
    assert await causes(database) == []


async def test_a_delivery_that_is_cancelled_leaves_nothing_and_comes_again(database: Database) -> None:
    reached = asyncio.Event()

    async def hang(session: AsyncSession, event: NoteTakenV1) -> None:
        await take_note(session, event)
        reached.set()
        await asyncio.Event().wait()

    same = message()
    delivery = asyncio.create_task(consumer_of(database, hang).deliver(same))
    await reached.wait()
    delivery.cancel()
    await asyncio.gather(delivery, return_exceptions=True)
    assert await received(database) == 0
    await consumer_of(database, take_note).deliver(same)
    assert await notes_in(database) == ["read"]


async def test_what_cannot_be_read_is_parked_once_with_its_cause_and_later_events_go_on(database: Database) -> None:
    bodies = [
        b"\xff not JSON",
        b"[1, 2]",
        b"",
        b"[" * 100_000,
        message(specversion="2.0").body,
        message(time="2026-01-01T00:00:00").body,
        message(data={"note_id": "no id"}).body,
    ]
    consumer = consumer_of(database, take_note)
    for body in bodies:
        for _ in range(2):
            await consumer.deliver(Message(NoteTakenV1.topic, "key", body))
    await consumer.deliver(message("later"))
    assert await causes(database) == ["unreadable envelope: 1 faults"] * 6 + ["unreadable data: note_id, text"]
    assert await notes_in(database) == ["later"]


async def test_a_dead_letter_holds_the_bytes_and_where_they_came_from(database: Database) -> None:
    await consumer_of(database, take_note).deliver(Message("a.topic", "a key", b"\x00\xff"))
    async with database.reading() as session:
        letter = (await session.execute(select(dead_letters))).one()
    assert (letter.consumer, letter.topic, letter.key, letter.body) == ("readers", "a.topic", "a key", b"\x00\xff")


async def test_what_a_rule_refuses_is_parked_at_once(database: Database) -> None:
    tries = 0

    async def refuse(session: AsyncSession, event: NoteTakenV1) -> None:
        nonlocal tries
        tries += 1
        await take_note(session, event)
        raise Conflict

    consumer, same = consumer_of(database, refuse), message()
    await consumer.deliver(same)
    await consumer.deliver(same)
    assert (tries, await causes(database), await notes_in(database)) == (1, ["refused: conflict"], [])


async def test_the_unexpected_is_tried_three_times_and_then_parked(database: Database) -> None:
    consumer = consumer_of(database, after(lambda: ZeroDivisionError("a name, perhaps")))
    await consumer.deliver(message())
    assert await causes(database) == ["unexpected: ZeroDivisionError"]
    assert await notes_in(database) == []


async def test_the_unexpected_that_passes_is_no_dead_letter(database: Database) -> None:
    await consumer_of(database, after(ZeroDivisionError, times=ATTEMPTS - 1)).deliver(message())
    assert (await causes(database), await notes_in(database)) == ([], ["read"])


async def test_a_repeat_of_a_parked_event_does_not_overtake_what_came_after_it(database: Database) -> None:
    consumer, first = consumer_of(database, after(Conflict, times=1)), message("first")
    await consumer.deliver(first)
    await consumer.deliver(message("second"))
    await consumer.deliver(first)
    assert await notes_in(database) == ["second"]


async def test_replay_clears_what_goes_through_and_keeps_the_rest(database: Database) -> None:
    parking = consumer_of(database, after(Conflict))
    for text in ("one", "two"):
        await parking.deliver(message(text))
    await parking.deliver(Message(NoteTakenV1.topic, "key", b"garbage"))
    assert len(await causes(database)) == 3
    assert await parking.replay_dead_letters() == 0
    mended = consumer_of(database, take_note)
    assert await mended.replay_dead_letters() == 2
    assert await mended.replay_dead_letters() == 0
    assert await notes_in(database) == ["one", "two"]
    assert await causes(database) == ["unreadable envelope: 1 faults"]


async def test_two_replays_at_once_have_one_effect(database: Database) -> None:
    same = message()
    await consumer_of(database, after(Conflict)).deliver(same)
    mended = consumer_of(database, take_note)
    assert sum(await asyncio.gather(*(mended.replay_dead_letters() for _ in range(4)))) == 1
    await mended.deliver(same)
    assert await notes_in(database) == ["read"]


async def test_an_event_of_a_type_that_nobody_here_handles_is_passed_over(database: Database) -> None:
    await consumer_of(database, take_note).deliver(message(type="parchemin.toys.note_lost.v1"))
    assert (await causes(database), await received(database)) == ([], 0)


async def test_members_that_this_version_does_not_know_are_ignored(database: Database) -> None:
    data = {"note_id": str(uuid4()), "text": "read", "seen": 3, "colour": "blue"}
    await consumer_of(database, take_note).deliver(message(data=data, colour="blue"))
    assert await notes_in(database) == ["read"]


async def test_a_paused_consumer_refuses_and_draining_waits_for_what_is_in_hand(database: Database) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(session: AsyncSession, event: NoteTakenV1) -> None:
        reached.set()
        await go_on.wait()
        await take_note(session, event)

    consumer = consumer_of(database, slowly)
    delivery = asyncio.create_task(consumer.deliver(message()))
    await reached.wait()
    drained = asyncio.create_task(consumer.drain())
    await asyncio.sleep(0)
    with pytest.raises(ConsumerPaused):
        await consumer.deliver(message())
    assert not drained.done()
    go_on.set()
    await drained
    assert delivery.done()
    assert await notes_in(database) == ["read"]
    consumer.resume()
    await consumer.deliver(message("again"))
    await delivery


async def test_a_type_has_one_handler(database: Database) -> None:
    with pytest.raises(ValueError, match="note_taken"):
        consumer_of(database, take_note).on(NoteTakenV1, take_note)


async def told(database: Database) -> list[tuple[str, bytes, dict[str, str]]]:
    """What waits in the outbox: topic, bytes, headers."""
    async with database.reading() as session:
        rows = await session.execute(select(outbox.c.topic, outbox.c.body, outbox.c.headers))
        return [(row.topic, row.body, row.headers) for row in rows]


async def test_a_dead_letter_is_told_of_with_its_cause_its_source_and_its_trace(database: Database) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    parked = replace(message(traceparent=f"00-{trace_id}-00f067aa0ba902b7-01"), source="parchemin.toys.v1/3/17")
    consumer = consumer_of(database, after(lambda: ZeroDivisionError("secret")))
    for _ in range(2):
        await consumer.deliver(parked)
    [(topic, body, headers)] = await told(database)
    assert topic == "parchemin.readers.dead-letters.v1"
    assert body == parked.body
    assert headers["traceparent"].split("-")[1] == trace_id
    del headers["traceparent"]
    assert headers == {
        "parchemin-consumer": "readers",
        "parchemin-cause": "unexpected: ZeroDivisionError",
        "parchemin-attempts": str(ATTEMPTS),
        "parchemin-event-id": json.loads(parked.body)["id"],
        "parchemin-topic": "parchemin.toys.v1",
        "parchemin-source": "parchemin.toys.v1/3/17",
    }


async def test_an_identity_that_is_parked_does_not_leave_the_database(database: Database) -> None:
    identity = Message("parchemin.toys.identity.v1", "a", b'{"pii": "Z"}')
    await consumer_of(database, take_note).deliver(identity)
    [(_, body, headers)] = await told(database)
    assert body == b""
    assert headers["parchemin-cause"].startswith("unreadable")
    async with database.reading() as session:
        [letter] = await session.execute(select(dead_letters))
        assert identity.body not in letter.body
        assert await opened_letter(session, letter) == identity.body


async def test_one_parked_event_can_be_replayed_alone(database: Database) -> None:
    broken = [True]

    async def handle(session: AsyncSession, event: NoteTakenV1) -> None:
        if broken[0]:
            raise Conflict
        await take_note(session, event)

    consumer, letters = consumer_of(database, handle), [message("one"), message("other")]
    for letter in letters:
        await consumer.deliver(letter)
    broken[0] = False
    assert await consumer.replay_dead_letters([UUID(json.loads(letters[1].body)["id"])]) == 1
    assert await notes_in(database) == ["other"]
    assert len(await causes(database)) == 1
