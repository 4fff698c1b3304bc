"""What the common tables hold of a person is sealed, and goes with them."""

from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import httpx
import pytest
from libs.common.tests.test_relay import Recorder
from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import make_url

from parchemin.common.bus import Message
from parchemin.common.clock import utc_now
from parchemin.common.consumer import Consumer
from parchemin.common.database import Database, leave_no_trace, vault_of
from parchemin.common.dead_letters import opened_letter
from parchemin.common.erasure import forget, is_forgotten
from parchemin.common.housekeeping import Housekeeping
from parchemin.common.outbox import publish
from parchemin.common.relay import Relay
from parchemin.common.settings import ServiceSettings, house
from parchemin.common.tables import dead_letters, idempotency_keys, outbox
from parchemin.common.vault import KeyDestroyed, Purpose
from parchemin.contracts.envelope import CloudEvent, Event
from parchemin.contracts.events.erasure import CandidateErasedV1

pytestmark = pytest.mark.asyncio

NAME = "Quolvexandre"


class ToyIdentifiedV1(Event):
    type: ClassVar[str] = "parchemin.candidates.toy_identified.v1"
    topic: ClassVar[str] = "parchemin.candidates.identity.v1"

    toy_id: UUID
    name: str

    @property
    def key(self) -> str:
        return str(self.toy_id)


def erased(person: UUID) -> CandidateErasedV1:
    return CandidateErasedV1(candidate_id=person, organisation_id=uuid4(), erased_at=utc_now())


async def identify(database: Database, *persons: UUID) -> None:
    async with database.transaction() as session:
        await publish(session, *(ToyIdentifiedV1(toy_id=person, name=NAME) for person in persons))


async def relay(database: Database) -> Recorder:
    bus = Recorder()
    await Relay("toys", database, bus, poll_seconds=1).publish_pending()
    return bus


async def test_an_identity_is_sealed_in_the_outbox_and_open_on_the_bus(database: Database) -> None:
    person, other = uuid4(), uuid4()
    await identify(database, person, other)
    async with database.reading() as session:
        rows = (await session.execute(select(outbox))).all()
    assert [row.sealed_for for row in rows] == [person, other]
    assert not any(NAME.encode() in row.body for row in rows)
    told = [CloudEvent.model_validate_json(message.body).data for message in (await relay(database)).safe]
    assert told == [{"toy_id": str(one), "name": NAME} for one in (person, other)]


async def test_who_is_erased_before_the_relay_comes_is_never_told_of(database: Database) -> None:
    person, other = uuid4(), uuid4()
    await identify(database, person, other)
    async with database.transaction() as session:
        await vault_of(session).erase(session, person)  # the key alone
    assert [message.key for message in (await relay(database)).safe] == [str(other)]
    assert (await relay(database)).safe == []


async def test_of_who_is_forgotten_only_the_erasure_is_told_again(database: Database) -> None:
    person, other = uuid4(), uuid4()
    await identify(database, person, other)
    await relay(database)
    async with database.transaction() as session:
        await forget(session, person)
        await publish(session, erased(person))
        assert await is_forgotten(session, person)
        assert not await is_forgotten(session, other)
        await session.execute(update(outbox).values(published_at=None))
    told = [CloudEvent.model_validate_json(message.body).type for message in (await relay(database)).safe]
    assert told == [ToyIdentifiedV1.type, CandidateErasedV1.type]
    with pytest.raises(KeyDestroyed):
        await identify(database, person)


async def test_a_dead_letter_goes_with_its_person_and_none_is_kept_of_them_any_more(database: Database) -> None:
    person = uuid4()
    consumer = Consumer("readers", database)
    message = Message("parchemin.toys.identity.v1", str(person), f'{{"pii": "{NAME}"}}'.encode())
    await consumer.deliver(message)
    async with database.reading() as session:
        [letter] = await session.execute(select(dead_letters))
        assert letter.sealed_for == person
        assert await opened_letter(session, letter) == message.body
    async with database.transaction() as session:
        await forget(session, person)
    async with database.reading() as session:
        assert (await session.execute(select(dead_letters))).all() == []
    await consumer.deliver(Message(message.topic, message.key, message.body + b" "))
    async with database.reading() as session:
        [letter] = await session.execute(select(dead_letters))
    assert (letter.body, letter.sealed_for) == (b"", None)
    assert await consumer.replay_dead_letters() == 0


async def test_answers_are_sealed_given_again_and_go_with_whom_they_name(
    database: Database, client: httpx.AsyncClient
) -> None:
    first, second = [
        await client.post("/v1/notes", json={"text": f"{NAME} {key}"}, headers={"Idempotency-Key": key}) for key in "ab"
    ]
    async with database.reading() as session:
        rows = (await session.execute(select(idempotency_keys))).all()
    assert not any(NAME.encode() in row.body or row.headers for row in rows)
    again = await client.post("/v1/notes", json={"text": f"{NAME} a"}, headers={"Idempotency-Key": "a"})
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    async with database.transaction() as session:
        await forget(session, uuid4(), related=[UUID(first.json()["id"])])
    async with database.reading() as session:
        assert list(await session.scalars(select(idempotency_keys.c.key))) == ["b"]
    assert second.status_code == 201


async def test_clear_answers_of_before_are_still_given_and_go_at_the_first_erasure(
    database: Database, client: httpx.AsyncClient
) -> None:
    answer = await client.post("/v1/notes", json={"text": NAME}, headers={"Idempotency-Key": "a"})
    async with database.transaction() as session:
        clear = {"about": None, "body": answer.content, "headers": {"etag": '"7"'}}
        await session.execute(update(idempotency_keys).values(clear))
    again = await client.post("/v1/notes", json={"text": NAME}, headers={"Idempotency-Key": "a"})
    assert (again.content, again.headers["etag"]) == (answer.content, '"7"')
    async with database.transaction() as session:
        await forget(session, uuid4())
        assert await session.scalar(select(func.count()).select_from(idempotency_keys)) == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_sqlite_deletes_is_gone_from_its_files_and_its_log(database: Database) -> None:
    row = {"topic": "t", "key": "k", "type": "t", "body": NAME.encode() * 500, "occurred_at": utc_now()}
    async with database.transaction() as session:
        await session.execute(insert(outbox).values(event_id=uuid4(), **row))
    file = Path(str(make_url(database.url).database))
    log = file.with_name(f"{file.name}-wal")

    def holders() -> list[Path]:
        return [path for path in (file, log) if NAME.encode() in path.read_bytes()]

    assert holders()
    async with database.transaction() as session:
        await session.execute(outbox.delete())
        leave_no_trace(session)
    assert database._emptying is not None
    await database._emptying
    assert holders() == []


async def test_an_erasure_is_told_once_more_when_its_segment_may_be_closed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, long_ago = uuid4(), utc_now() - timedelta(days=1)
    async with database.transaction() as session:
        await publish(session, erased(person), erased(uuid4()))
        first = outbox.c.key == str(person)
        await session.execute(update(outbox).values(published_at=utc_now()))
        await session.execute(update(outbox).where(first).values(occurred_at=long_ago, published_at=long_ago))
    tidy = Housekeeping(database, ServiceSettings())
    await tidy.clean_up()
    assert (await relay(database)).safe == []  # the local bus has no segments
    monkeypatch.setenv("PARCHEMIN_BUS", "kafka")
    house.cache_clear()
    await tidy.clean_up()
    assert [message.key for message in (await relay(database)).safe] == [str(person)]
    await tidy.clean_up()
    assert (await relay(database)).safe == []
    monkeypatch.undo()
    house.cache_clear()


async def test_a_sealed_file_is_the_same_each_time_and_opens_in_its_place_only(database: Database) -> None:
    async with database.transaction() as session:
        cipher = await database.vault.cipher(session, uuid4(), Purpose.DOCUMENTS)
    sealed = cipher.seal_repeatably(b"%PDF", place="a")
    assert sealed == cipher.seal_repeatably(b"%PDF", place="a")
    assert sealed[-20:] != cipher.seal_repeatably(b"%PDF", place="b")[-20:]
    assert cipher.open_bytes(sealed, place="a") == b"%PDF"
