"""Backups that are taken while people work, restored elsewhere: what is there again, and what is not."""

import asyncio
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url
from tests.engines.missing import missing
from tests.engines.postgres import PostgresServer
from tests.faults import backups
from tests.faults.pair import cluster_of, pair
from tests.faults.played import Played, assert_as_the_policy_says, documents_issued, of_the_sample, play
from tests.faults.replaying import all_messages, read_from_the_beginning
from tests.faults.state import state_of

from parchemin.common.database import Database
from parchemin.common.tables import dead_letters
from parchemin.contracts.envelope import CloudEvent
from parchemin.contracts.events import evaluations as facts
from parchemin.documents.issuing.models import Document, DocumentState
from parchemin.evaluations.awards.models import Award
from parchemin.standalone.cli import SAMPLE
from parchemin.standalone.demo.cast import Cast
from parchemin.standalone.demo.databases import create_databases
from parchemin.standalone.demo.installation import Installation, embedded
from parchemin.standalone.demo.scenario import Scenario

log = logging.getLogger(__name__)

WHOLE = os.environ.get("PARCHEMIN_FAULTS") == "whole"
RESTORED_SECONDS = 120.0
BACKUP_AT, BETWEEN_STEPS = (200, 20) if WHOLE else (24, 3)
"""The request beside which the first step of a backup is taken, in the first session, and requests from one step to the
next: the databases of a backup are from different moments."""

pytestmark = [pytest.mark.asyncio, pytest.mark.slow, pytest.mark.timeout(900 if WHOLE else 150)]


def cohort() -> Scenario:
    if WHOLE:
        return Scenario.model_validate_json(SAMPLE.read_text(encoding="utf-8"))
    return of_the_sample({"c18", "c19"})


class Meanwhile:
    """Takes the steps of a backup, each beside the requests that are under way: one of them waits for it, so that all
    steps are early in the year."""

    def __init__(self, steps: Sequence[Callable[[], None]]) -> None:
        self._requests = 0
        self._steps = {BACKUP_AT + number * BETWEEN_STEPS: step for number, step in enumerate(steps)}

    async def before(self, _request: httpx.Request) -> None:
        self._requests += 1
        if (step := self._steps.pop(self._requests, None)) is not None:
            await asyncio.to_thread(step)

    def assert_done(self) -> None:
        assert not self._steps, f"only {self._requests} requests"


async def play_meanwhile(installation: Installation, steps: Sequence[Callable[[], None]]) -> Played:
    """The year, with these steps beside it."""
    meanwhile = Meanwhile(steps)
    async with installation.client(event_hooks={"request": [meanwhile.before]}) as http:
        played = await play(cohort(), installation, http)
    assert_as_the_policy_says(played)
    meanwhile.assert_done()
    return played


async def rows(url: str, statement: object) -> list[object]:
    database = Database(url)
    try:
        async with database.reading() as session:
            return list(await session.scalars(statement))  # type: ignore[call-overload]
    finally:
        await database.dispose()


async def awarded(url: str) -> set[str]:
    """The enrolments of the register."""
    return {str(enrolment) for enrolment in await rows(url, select(Award.enrolment_id))}


async def diplomas(url: str) -> dict[str, str]:
    """Register numbers of the diplomas that are made, by enrolment."""
    made = await rows(url, select(Document).where(Document.kind == "diploma"))
    assert all(isinstance(diploma, Document) and diploma.state == DocumentState.ISSUED for diploma in made)
    return {str(it.enrolment_id): str(it.facts["register_number"]) for it in made if isinstance(it, Document)}


async def assert_nothing_parked(databases: Mapping[str, str]) -> None:
    for url in databases.values():
        assert await rows(url, select(dead_letters.c.cause)) == []


@pytest.mark.whole
async def test_copies_of_sqlite_files_taken_one_after_the_other_come_to_one_state(tmp_path: Path) -> None:
    """What one copy has told and an earlier copy has not heard comes again by `republish`."""
    if shutil.which("sqlite3") is None:
        missing("no sqlite3 to take a backup with")
    origin, copy = tmp_path / "origin", tmp_path / "copy"
    copy.mkdir()
    async with embedded(origin, {}) as installation:
        steps = [partial(backups.copy_sqlite, origin, copy, name) for name in backups.IN_ORDER]
        played = await play_meanwhile(installation, steps[:2])
        for step in (*steps[2:], partial(backups.copy_files, origin, copy)):  # long after the first ones
            await asyncio.to_thread(step)
        last = await awarded(installation.databases["evaluations"])
    assert last
    assert not await rows(f"sqlite+aiosqlite:///{copy}/documents.sqlite3", select(Document.id))
    for name in backups.IN_ORDER:
        with closing(sqlite3.connect(copy / f"{name}.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    await asyncio.to_thread(republish, copy)
    async with embedded(copy, {}) as restored, restored.client() as http:
        await settled(restored, http, played)
        assert await awarded(restored.databases["evaluations"]) == last
        assert set(await diplomas(restored.databases["documents"])) == last
        await assert_nothing_parked(restored.databases)


def republish(var: Path) -> None:
    command = [sys.executable, "-m", "parchemin.standalone.cli", "republish"]
    subprocess.run(command, check=True, env={**os.environ, "PARCHEMIN_VAR": str(var)})


async def settled(restored: Installation, http: httpx.AsyncClient, played: Played) -> None:
    """Wait until every event has had its effect and no document is left to be made."""
    await restored.settle()
    cast = Cast(http, restored.var / "keys", played.cast.organisation_id)
    await documents_issued(cast)
    await restored.settle()


@pytest.mark.kafka
@pytest.mark.postgres
async def test_dumps_and_the_topics_from_the_beginning_lose_no_diploma(
    tmp_path: Path,
    kafka_environment: dict[str, str],
    postgres_server: PostgresServer,
) -> None:
    """What was on the bus is there again, for who follows. Of its own records a service has what its dump has: the
    register's last entries are told of on the topic, and have to be compared with it before anybody works on."""
    environment = {**kafka_environment, "PARCHEMIN_KAFKA_SESSION_TIMEOUT_MS": "1500"}
    origin = await create_databases(postgres_server.url, tmp_path)
    names = [str(make_url(origin[name]).database) for name in backups.IN_ORDER]
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    async with pair(tmp_path / "origin", origin, environment) as installation:
        steps = [partial(backups.dump, postgres_server, dumps, name) for name in names]
        played = await play_meanwhile(installation, steps)
        before = await diplomas(origin["documents"])
        assert set(before) == await awarded(origin["evaluations"])
    elsewhere = PostgresServer.start(durable=True)
    try:
        seconds = await backups.restore(elsewhere, names, dumps)
        log.info("restored in %.1f s", seconds)
        assert seconds < RESTORED_SECONDS
        restored = {name: make_url(url).set(port=make_url(elsewhere.url).port) for name, url in origin.items()}
        urls = {name: url.render_as_string(hide_password=False) for name, url in restored.items()}
        assert set(await awarded(urls["evaluations"])) < set(before), "the backup is too late to show anything"
        kafka = cluster_of(environment)
        await read_from_the_beginning(kafka)
        shutil.copytree(tmp_path / "origin" / "documents", tmp_path / "restored" / "documents")
        shutil.copytree(tmp_path / "origin" / "keys", tmp_path / "restored" / "keys")
        async with pair(tmp_path / "restored", urls, environment) as installation, installation.client() as http:
            await settled(installation, http, played)
            assert await diplomas(urls["documents"]) == before
            await assert_nothing_parked(urls)
            assert told_of(await asyncio.to_thread(all_messages, kafka, [facts.TOPIC])) == before
    finally:
        elsewhere.stop()


def told_of(messages: list[object]) -> dict[str, str]:
    """Register numbers that the topic tells of, by enrolment: what a restored register is compared with."""
    events = [CloudEvent.model_validate_json(message.value()) for message in messages]  # type: ignore[attr-defined]
    awards = [
        facts.CertificationAwardedV1.read(event.data)
        for event in events
        if event.type == facts.CertificationAwardedV1.type
    ]
    return {str(award.enrolment_id): award.register_number for award in awards}


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """Where PostgreSQL's account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="parchemin-backup-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.whole
@pytest.mark.postgres
async def test_a_base_backup_and_the_received_log_lose_nothing_that_was_answered(
    tmp_path: Path,
    shared_folder: Path,
    postgres_server: PostgresServer,
) -> None:
    base, received = shared_folder / "base", shared_folder / "received"
    with ExitStack() as stack:
        stack.enter_context(backups.received_log(postgres_server, received))
        await backups.answer_after_reception(postgres_server)
        async with embedded(tmp_path / "server", {}, postgres_server.url) as installation:
            await play_meanwhile(installation, [partial(backups.base_backup, postgres_server, base)])
            databases = installation.databases
        before = await state_of(databases)
        last = await awarded(databases["evaluations"])
        assert last
        postgres_server.kill()
    server, seconds = await asyncio.to_thread(backups.recover, base, received, shared_folder / "elsewhere")
    with ExitStack() as stack:
        stack.callback(server.stop)
        log.info("restored in %.1f s", seconds)
        assert seconds < RESTORED_SECONDS
        port = make_url(server.url).port
        urls = {name: make_url(url).set(port=port).render_as_string(False) for name, url in databases.items()}
        assert await state_of(urls) == before
        assert await awarded(urls["evaluations"]) == last
