"""Each hundredth message is poison: it is parked with its cause and told of, the others pass it by, and the command
line brings it to an end."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from confluent_kafka import KafkaError, Message, Producer
from sqlalchemy import select
from tests.faults.replaying import all_messages

from parchemin.common.auth.keys import LocalKey
from parchemin.common.auth.tokens import development_token
from parchemin.common.bus.kafka import KafkaSettings
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.settings import AuthSettings
from parchemin.common.tables import dead_letters, inbox
from parchemin.contracts.envelope import Event, wrap
from parchemin.contracts.events import candidates
from parchemin.contracts.referential import Referential
from parchemin.contracts.topics import dead_letter_topic
from parchemin.contracts.vocabulary import AccessPath, Role
from parchemin.evaluations.enrolments.models import KnownExemption
from parchemin.evaluations.referential.service import REGISTERED
from parchemin.standalone.demo.process import ServerProcess
from parchemin.standalone.demo.settling import delete_topics

WHOLE = os.environ.get("PARCHEMIN_FAULTS") == "whole"
MESSAGES = 4000 if WHOLE else 400
EACH = 100
A_SECOND = 50
"""Well below what the service can take: what is late waits for a poison, and for nothing else."""
PATIENCE_SECONDS = 60
DELAYED = timedelta(seconds=1)
ROUNDS = 3
"""A machine that stands still delays a round; what a poison delays, it delays in each."""
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
SECRET = "Zoé Lefèvre"
UNKNOWN_VERSION = "9.9"
ORGANISATION = new_id()

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.slow,
    pytest.mark.kafka,
    pytest.mark.timeout(600 if WHOLE else 150),
]


@dataclass
class Desk:
    """Two services that follow others: one works in the process that serves, the other apart."""

    var: Path
    settings: Mapping[str, str]
    kafka: KafkaSettings
    evaluations: ServerProcess
    documents: ServerProcess

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[Database]:
        database = Database(f"sqlite+aiosqlite:///{self.var}/{service}.sqlite3")
        try:
            yield database
        finally:
            await database.dispose()

    async def rows(self, service: str, statement: Any) -> Sequence[Any]:
        async with self.database(service) as database, database.reading() as session:
            return (await session.execute(statement)).all()

    async def has_received(self, service: str, events: set[UUID]) -> dict[UUID, datetime]:
        """Wait for these events; when each was received."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.database(service) as database:
            while True:
                async with database.reading() as session:
                    handled = await session.execute(select(inbox.c.event_id, inbox.c.handled_at))
                    at = {row.event_id: row.handled_at for row in handled}
                if events <= at.keys():
                    return at
                await asyncio.sleep(0.05)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The `parchemin` command, as an operator runs it."""
        return subprocess.run(
            [sys.executable, "-m", "parchemin.standalone.cli", *arguments],
            env={**os.environ, **self.settings, "PARCHEMIN_VAR": str(self.var), "COLUMNS": "250"},
            capture_output=True,
            text=True,
            check=False,
        )


@asynccontextmanager
async def desk(var: Path, environment: Mapping[str, str]) -> AsyncIterator[Desk]:
    kafka = KafkaSettings(
        bootstrap_servers=environment["PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS"],
        namespace=environment["PARCHEMIN_KAFKA_NAMESPACE"],
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(delete_topics, kafka)
        processes = [ServerProcess([*command], var, environment) for command in COMMANDS]
        for process in processes:
            stack.callback(process.close)
            process.launch()
        await asyncio.gather(*(process.ready() for process in processes))
        yield Desk(var, environment, kafka, *processes)


COMMANDS = (("serve", "evaluations"), ("work", "documents"))


@dataclass
class Stream:
    """What is published, message by message, each at its time."""

    kafka: KafkaSettings
    places: dict[UUID, str] = field(default_factory=dict)
    """`topic/partition/offset` of each event that was given an id."""
    at: dict[UUID, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._producer = Producer({"bootstrap.servers": self.kafka.bootstrap_servers, "linger.ms": 0, "log_level": 0})

    def send(self, event: Event) -> UUID:
        event_id, now = new_id(), datetime.now(UTC)
        self.at[event_id] = now
        body = wrap(event, event_id=event_id, at=now, traceparent=TRACE).to_bytes()
        self.send_bytes(event.topic, event.key, body, event_id)
        return event_id

    def send_bytes(self, topic: str, key: str, body: bytes, event_id: UUID) -> None:
        def done(error: KafkaError | None, message: Message) -> None:
            assert error is None, error.str()
            self.places[event_id] = f"{topic}/{message.partition()}/{message.offset()}"

        self._producer.produce(self.kafka.named(topic), body, key.encode(), on_delivery=done)
        self._producer.poll(0)

    async def flush(self) -> None:
        assert await asyncio.to_thread(self._producer.flush, PATIENCE_SECONDS) == 0


def enrolment(enrolment_id: UUID, version: str = "1.0") -> candidates.EnrolmentOpenedV1:
    return candidates.EnrolmentOpenedV1(
        enrolment_id=enrolment_id,
        organisation_id=ORGANISATION,
        candidate_id=new_id(),
        referential_version=version,
        access_path=AccessPath.VAE,
        blocks=(1, 2, 3),
    )


def exemption(enrolment_id: UUID) -> candidates.ExemptionGrantedV1:
    return candidates.ExemptionGrantedV1(
        enrolment_id=enrolment_id,
        organisation_id=ORGANISATION,
        exemption_id=new_id(),
        competency="C.7",
        granted_on=datetime.now(UTC).date(),
    )


@dataclass
class Poison:
    """What was mixed in, by kind."""

    mixed: int = 0
    unreadable: list[bytes] = field(default_factory=list)
    identities: list[bytes] = field(default_factory=list)
    raising: dict[UUID, UUID] = field(default_factory=dict)
    """An exemption of an enrolment that nobody has opened: events by enrolments."""
    refused: dict[UUID, UUID] = field(default_factory=dict)
    """An exemption by a referential that nobody has published: events by enrolments."""

    def mix_in(self, stream: Stream, last: UUID) -> None:
        number = self.mixed = self.mixed + 1
        body = b"\xff\xfe" + f"{number} {SECRET}".encode()
        match number % 4:
            case 0:  # in the way of a key that is in use
                self.unreadable.append(body)
                stream.send_bytes(candidates.TOPIC, str(last), body, new_id())
            case 1:
                self.identities.append(body)
                stream.send_bytes(candidates.IDENTITY_TOPIC, str(new_id()), body, new_id())
            case 2:
                self.raising[enrolment_id] = stream.send(exemption(enrolment_id := new_id()))
            case _:
                stream.send(enrolment(enrolment_id := new_id(), UNKNOWN_VERSION))
                self.refused[enrolment_id] = stream.send(exemption(enrolment_id))


async def publish_stream(stream: Stream, count: int, poison: Poison | None) -> set[UUID]:
    """So many enrolments, so many a second, a poison in the place of each hundredth; the ids of the good events."""
    good, last = set(), new_id()
    began = asyncio.get_running_loop().time()
    for number in range(1, count + 1):
        if poison is not None and number % EACH == 0:
            poison.mix_in(stream, last)
        else:
            last = new_id()
            good.add(stream.send(enrolment(last)))
        await asyncio.sleep(max(0.0, began + number / A_SECOND - asyncio.get_running_loop().time()))
    await stream.flush()
    return good


async def slowest(desk_: Desk, stream: Stream, events: set[UUID]) -> timedelta:
    """The longest time from an event to its effect."""
    received = await desk_.has_received("evaluations", events)
    return max(received[event_id] - stream.at[event_id] for event_id in events)


async def test_poison_is_parked_told_of_and_brought_to_an_end(
    tmp_path: Path, kafka_environment: dict[str, str]
) -> None:
    async with desk(tmp_path, kafka_environment) as here:
        stream, poison = Stream(here.kafka), Poison()
        await here.has_received("evaluations", {stream.send(enrolment(new_id()))})  # the group is there
        usual = await slowest(here, stream, await publish_stream(stream, MESSAGES // 4, None))
        delays = [await slowest(here, stream, await publish_stream(stream, MESSAGES, poison))]
        while min(delays) >= usual + DELAYED and len(delays) < ROUNDS:
            delays.append(await slowest(here, stream, await publish_stream(stream, MESSAGES, poison)))
        assert min(delays) < usual + DELAYED, (delays, usual)

        await assert_parked(here, stream, poison)
        await assert_told_of(here, poison)
        await bring_to_an_end(here, stream, poison)


async def assert_parked(here: Desk, stream: Stream, poison: Poison) -> None:
    """Each with its cause, how often it was tried, where it came from and the trace that it belongs to."""
    events = {*poison.raising.values(), *poison.refused.values()}
    await here.has_received("evaluations", events)
    unread = [*poison.unreadable, *poison.identities]
    parked: dict[UUID, Any] = {}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(parked) < len(events) + len(unread):
            parked = {row.event_id: row for row in await here.rows("evaluations", select(dead_letters))}
    assert len(parked) == len(events) + len(unread)
    for event_id in poison.raising.values():
        assert (parked[event_id].cause, parked[event_id].attempts) == ("unexpected: NoResultFound", 3)
    for event_id in poison.refused.values():
        assert (parked[event_id].cause, parked[event_id].attempts) == ("refused: not_found", 1)
    for event_id in events:
        assert parked[event_id].source == stream.places[event_id]
        assert parked[event_id].traceparent.split("-")[1] == TRACE.split("-")[1]
    unreadable = [row for event_id, row in parked.items() if event_id not in events]
    clear = [row.body for row in unreadable if row.topic != candidates.IDENTITY_TOPIC]
    assert sorted(clear) == sorted(poison.unreadable)
    sealed = [row.body for row in unreadable if row.topic == candidates.IDENTITY_TOPIC]
    assert len(sealed) == len(poison.identities)
    assert not set(sealed) & set(poison.identities)
    assert {row.cause for row in unreadable} == {"unreadable envelope: 1 faults"}


async def assert_told_of(here: Desk, poison: Poison) -> None:
    """On the topics of dead letters: the bytes as they came, and never those of an identity."""
    topics = {service: dead_letter_topic(service) for service in ("evaluations", "documents")}
    expected = {
        "evaluations": len(poison.unreadable) + len(poison.identities) + len(poison.raising) + len(poison.refused),
        "documents": len(poison.unreadable) + len(poison.identities),
    }
    told: dict[str, list[Message]] = {}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while {service: len(messages) for service, messages in told.items()} != expected:
            for service, topic in topics.items():
                told[service] = await asyncio.to_thread(all_messages, here.kafka, [topic])
            await asyncio.sleep(0.05)
    for service, messages in told.items():
        for message in messages:
            headers = dict(message.headers())
            assert headers["parchemin-consumer"] == service.encode()
            assert {"parchemin-cause", "parchemin-attempts", "parchemin-event-id", "parchemin-source"} <= headers.keys()
            if headers["parchemin-topic"] == candidates.IDENTITY_TOPIC.encode():
                assert not message.value()
            else:
                assert message.value()
    bodies = [message.value() for message in told["documents"] if message.value()]
    assert sorted(bodies) == sorted(poison.unreadable)
    causes = [dict(message.headers())["parchemin-cause"] for message in told["evaluations"]]
    assert causes.count(b"unexpected: NoResultFound") == len(poison.raising)
    assert causes.count(b"refused: not_found") == len(poison.refused)
    for body in poison.identities:
        assert all(body not in (message.value() or b"") for messages in told.values() for message in messages)


async def bring_to_an_end(here: Desk, stream: Stream, poison: Poison) -> None:
    """List; replay in vain; mend the causes; replay; discard what nobody can read."""
    both = ("--service", "evaluations", "--service", "documents")
    listed = here.command("dead-letters", "list", "--json", "--limit", "1000", *both)
    assert listed.returncode == 0, listed.stderr
    letters = [json.loads(line) for line in listed.stdout.splitlines()]
    unread = len(poison.unreadable) + len(poison.identities)
    assert len(letters) == 2 * unread + len(poison.raising) + len(poison.refused)
    assert SECRET not in listed.stdout
    in_vain = here.command("dead-letters", "replay", "--service", "evaluations")
    mine = [letter for letter in letters if letter["consumer"] == "evaluations"]
    assert in_vain.returncode == 1
    assert f"0 handled, {len(mine)} still parked" in in_vain.stdout

    await here.has_received("evaluations", {stream.send(enrolment(enrolment_id)) for enrolment_id in poison.raising})
    await publish_version(here, UNKNOWN_VERSION)
    replayed = here.command("dead-letters", "replay", "--service", "evaluations")
    mended = len(poison.raising) + len(poison.refused)
    assert f"{mended} handled, {unread} still parked" in replayed.stdout, replayed.stderr
    exempt = {row.enrolment_id for row in await here.rows("evaluations", select(KnownExemption.enrolment_id))}
    assert exempt == {*poison.raising, *poison.refused}

    events = {str(event_id) for event_id in (*poison.raising.values(), *poison.refused.values())}
    for service in ("evaluations", "documents"):
        left = [it["event_id"] for it in letters if it["consumer"] == service and it["event_id"] not in events]
        options = [option for event_id in left for option in ("--event", event_id)]
        discarded = here.command("dead-letters", "discard", "--service", service, *options)
        assert (discarded.returncode, f"{len(left)} discarded" in discarded.stdout) == (0, True), discarded.stderr
    assert "No dead letters" in here.command("dead-letters", "list", *both).stdout


async def publish_version(here: Desk, version: str) -> None:
    """The certifier publishes what was missing."""
    registered = Referential.model_validate_json(REGISTERED.read_text(encoding="utf-8"))
    token = development_token(
        LocalKey(here.var / "keys"), AuthSettings(), subject="certifier", roles=[Role.CERTIFIER], organisation_id=None
    )
    body = {
        "referential": registered.model_copy(update={"version": version}).model_dump(mode="json"),
        "totals": {
            "blocks": len(registered.blocks),
            "competencies": len(registered.competencies),
            "criteria": sum(len(competency.criteria) for competency in registered.competencies),
        },
    }
    async with httpx.AsyncClient(base_url=here.evaluations.url) as client:
        answer = await client.post("/v1/referentials", json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.text
