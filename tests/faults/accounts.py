"""Whether everything is accounted for: each event on its topic and in the inboxes, each document with its file."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from tests.faults.played import Played
from tests.faults.replaying import all_messages

from parchemin.common.bus.kafka import KafkaSettings
from parchemin.common.database import Database
from parchemin.common.tables import dead_letters, inbox, outbox
from parchemin.contracts.events.evaluations import SheetSignedV1
from parchemin.standalone.demo.installation import Installation
from parchemin.standalone.demo.outcome import fetch_documents

AWARDED = "parchemin.evaluations.certification_awarded.v1"


@dataclass(frozen=True)
class Written:
    """A row of an outbox."""

    position: int
    event_id: UUID
    topic: str
    key: str
    type: str
    is_published: bool


async def written_by(url: str) -> list[Written]:
    """All that a service ever wrote, in the order of its outbox."""
    columns = outbox.c
    statement = select(
        columns.position,
        columns.event_id,
        columns.topic,
        columns.key,
        columns.type,
        columns.published_at.is_not(None),
    ).order_by(columns.position)
    database = Database(url)
    try:
        async with database.reading() as session:
            return [Written(*row) for row in await session.execute(statement)]
    finally:
        await database.dispose()


async def delivered_ids(kafka: KafkaSettings) -> dict[tuple[str, str], list[UUID]]:
    """For each topic and key, the ids of the events on the topic, in the order in which they stand there."""
    messages = await asyncio.to_thread(all_messages, kafka)
    found: defaultdict[tuple[str, str], list[UUID]] = defaultdict(list)
    for message in sorted(messages, key=lambda one: (one.topic(), one.partition(), one.offset())):
        if message.value():
            place = (kafka.unnamed(message.topic()), message.key().decode())
            found[place].append(UUID(json.loads(message.value())["id"]))
    return found


def by_place(rows: Iterable[Written]) -> dict[tuple[str, str], list[UUID]]:
    """For each topic and key, the ids of its events, in the order of the outbox."""
    found: defaultdict[tuple[str, str], list[UUID]] = defaultdict(list)
    for row in rows:
        found[row.topic, row.key].append(row.event_id)
    return found


def lost(rows: Iterable[Written], delivered: Mapping[tuple[str, str], Sequence[UUID]]) -> list[Written]:
    """Events that were committed and are on no topic."""
    there = {event_id for ids in delivered.values() for event_id in ids}
    return [row for row in rows if row.event_id not in there]


async def assert_all_delivered_in_order(databases: Mapping[str, str], kafka: KafkaSettings) -> None:
    """Every event is on its topic; leaving repeats away, those of a key stand there in the order of the outbox.

    But for sheets that jurors sign at the same time: none of them comes before the other.
    """
    rows = [row for url in databases.values() for row in await written_by(url)]
    delivered = await delivered_ids(kafka)
    assert lost(rows, delivered) == []
    at_once = {row.event_id for row in rows if row.type == SheetSignedV1.type}
    for place, ids in by_place(rows).items():
        assert in_groups(dict.fromkeys(delivered[place]), at_once) == in_groups(ids, at_once), place


def in_groups(ids: Iterable[UUID], at_once: Collection[UUID]) -> list[set[UUID]]:
    """Each by itself, but for those that follow one another and may have happened `at_once`."""
    groups = groupby(ids, key=lambda event_id: "at once" if event_id in at_once else event_id)
    return [set(group) for _, group in groups]


async def assert_nothing_waits(databases: Mapping[str, str]) -> None:
    """No event waits to be published, and none was parked."""
    for service, url in databases.items():
        waiting = [row for row in await written_by(url) if not row.is_published]
        assert waiting == [], service
        database = Database(url)
        try:
            async with database.reading() as session:
                parked = (await session.execute(select(dead_letters.c.topic, dead_letters.c.cause))).all()
        finally:
            await database.dispose()
        assert parked == [], service


async def assert_all_handled(databases: Mapping[str, str]) -> None:
    """Whoever takes part in a type of event has received each event of that type, and none that nobody wrote."""
    rows = {row.event_id: row for url in databases.values() for row in await written_by(url)}
    by_type = Counter(row.type for row in rows.values())
    for service, url in databases.items():
        database = Database(url)
        try:
            async with database.reading() as session:
                received = set(await session.scalars(select(inbox.c.event_id).where(inbox.c.consumer == service)))
        finally:
            await database.dispose()
        assert received <= set(rows), service
        types = Counter(rows[event_id].type for event_id in received)
        assert types == {name: by_type[name] for name in types}, service


async def assert_every_document_is_there_once(played: Played, installation: Installation, out: Path) -> None:
    """The documents are those that must follow, each once; their files are there, whole, and no others."""
    administrator = played.cast.administrator
    documents = await fetch_documents(played.player, administrator, out)
    refs = {enrolment: ref for ref, enrolment in played.player.enrolments.items()}
    sessions = {session: ref for ref, session in played.player.sessions.items()}
    notified = {
        (refs[one["enrolment_id"]], sessions[one["session_id"]])
        async for one in administrator.items("/v1/registrations")
    }
    summary = played.summary
    expected = [f"block_attestation/{row['candidate']}-block-{row['block']}" for row in summary["blocks_validated"]]
    expected += [f"diploma/{row['candidate']}-{row['session']}" for row in summary["certifications"]]
    expected += [f"jury_minutes/{ref}" for ref in played.player.sessions]
    expected += [f"results_notice/{candidate}-{session}" for candidate, session in notified]
    names = Counter(one["path"].removeprefix("documents/").removesuffix(".pdf") for one in documents)
    assert names == Counter(expected), {"missing": Counter(expected) - names, "too many": names - Counter(expected)}
    assert len({one["verification_code"] for one in documents}) == len(documents)
    assert len(list((installation.var / "documents").rglob("[!.]*.pdf"))) == len(documents)


async def assert_each_is_awarded_once(databases: Mapping[str, str], awards: int) -> None:
    """The world was told of each award, once."""
    told = [row.key for row in await written_by(databases["evaluations"]) if row.type == AWARDED]
    assert len(told) == len(set(told)) == awards


async def assert_accounted_for(played: Played, installation: Installation, out: Path) -> None:
    """All of this, of an installation on a cluster where nothing is under way any more."""
    kafka = installation.settling.kafka
    assert kafka is not None
    await assert_nothing_waits(installation.databases)
    await assert_all_handled(installation.databases)
    await assert_all_delivered_in_order(installation.databases, kafka)
    await assert_each_is_awarded_once(installation.databases, len(played.summary["certifications"]))
    await assert_every_document_is_there_once(played, installation, out)
