"""A certified person is erased: the register still verifies, and no file of the installation tells of the person."""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pypdf
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.engine import make_url
from tests.engines.kafka import KafkaBroker
from tests.engines.postgres import PostgresServer
from tests.erasure.scanning import found
from tests.faults.played import Played, of_the_sample, play

from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.ids import new_id
from parchemin.common.settings import EncryptionSettings
from parchemin.common.storage.folder import FolderStore
from parchemin.common.tables import doomed_files, outbox
from parchemin.common.vault import Purpose, Vault
from parchemin.common.vault.wrapping import installation_keys
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.register.rules import ChainCheck
from parchemin.evaluations.register.service import verify
from parchemin.evaluations.replay.service import Replay, replay
from parchemin.evaluations.settings import Settings
from parchemin.evaluations.submissions.models import Deposit
from parchemin.evaluations.submissions.names import name_place
from parchemin.standalone.demo.installation import Installation, embedded, spread

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

PERSON, OTHER = "c01", "c02"
TOKENS = {
    "birth name": "Quolvexandre",
    "used name": "Brimvaultier",
    "first name": "Zyphorine",
    "second first name": "Wuldemance",
    "e-mail": "qzv.mailbox",
    "login": "login-xqvorbel",
    "appeal": "griefs-vlomquarz",
    "instruction": "rapport-plomquix",
    "file name": "memoire-hexquolt",
    "content": "contenu-brazquiln",
    "production": "proprio-zelquorn",
}
SECONDS = 60
SEGMENT_SECONDS = 1
APPEALS_ARE_OVER = {"PARCHEMIN_CANDIDATES_ERASURE_APPEAL_DAYS": "0"}
IDENTITY = {"birth name", "used name", "first name", "second first name", "login"}
"""What an identity says on its topic."""


def scenario() -> Any:
    everybody = of_the_sample({PERSON, OTHER})
    told = {
        "birth_name": TOKENS["birth name"],
        "used_name": TOKENS["used name"],
        "first_names": (TOKENS["first name"], TOKENS["second first name"]),
        "email": f"{TOKENS['e-mail']}@example.org",
    }
    candidates = tuple(one.model_copy(update=told) if one.ref == PERSON else one for one in everybody.candidates)
    return everybody.model_copy(update={"candidates": candidates})


@asynccontextmanager
async def opened(installation: Installation, service: str) -> AsyncIterator[Database]:
    """The database of a service that runs, with the keys of the installation."""
    vault = Vault(installation_keys(EncryptionSettings(), installation.var / "keys"))
    database = Database(installation.databases[service], vault)
    try:
        yield database
    finally:
        await database.dispose()


async def plant(played: Played, installation: Installation) -> None:
    """Write about the person wherever somebody may."""
    administrator, candidate = played.cast.administrator, played.player.candidates[PERSON]
    enrolment = played.player.enrolments[PERSON]
    path = f"/v1/candidates/{candidate}"
    known = await administrator.get(path)
    [told] = [one for one in played.scenario.candidates if one.ref == PERSON]
    entry = told.model_dump(mode="json", exclude={"ref", "access_path", "blocks"}) | {"subject": TOKENS["login"]}
    await administrator.put(path, entry, of=known, at=path, done=lambda now: now["subject"] == TOKENS["login"])
    registrations = [one async for one in administrator.items("/v1/registrations", enrolment_id=enrolment)]
    registration = next(one for one in registrations if one["modality"] == "M1")
    body = {
        "registration_id": registration["id"],
        "competencies": ["C.1"],
        "grounds": f"Griefs : {TOKENS['appeal']}",
    }
    appeal = await administrator.post("/v1/appeals", body, key=new_id().hex)
    await administrator.put(
        f"/v1/appeals/{appeal.id}/instruction",
        {"report": TOKENS["instruction"]},
        of=appeal,
        at=f"/v1/appeals/{appeal.id}",
        done=lambda now: now["state"] == "instructed",
    )
    production = {
        "enrolment_id": enrolment,
        "title": "Les quais",
        "kind": "documentary",
        "chart_of_accounts": "cnc-feature-2018",
        "owner_subject": TOKENS["production"],
    }
    await administrator.post("/v1/productions", production, key=new_id().hex)
    await hand_in(installation, played, UUID(registration["id"]))
    await installation.settle()


async def hand_in(installation: Installation, played: Played, registration_id: UUID) -> None:
    """A file as the examiner leaves it: the sessions of the scenario are over."""
    candidate, deposit_id = UUID(played.player.candidates[PERSON]), new_id()
    content = f"Note. {TOKENS['content']}\n".encode()
    store = FolderStore(installation.var / "submissions", suffix="")
    async with opened(installation, "evaluations") as database, database.transaction() as session:
        cipher = await database.vault.cipher(session, candidate, Purpose.DOSSIER)
        session.add(
            Deposit(
                id=deposit_id,
                organisation_id=played.cast.organisation_id,
                registration_id=registration_id,
                candidate_id=candidate,
                deliverable=1,
                file_name=cipher.seal(f"{TOKENS['file name']}.txt", place=name_place(deposit_id)),
                size=len(content),
                sha256=store.put(content),
                part_size=8_000_000,
                expires_at=utc_now(),
                state="accepted",
                media_type="text/plain",
                number=1,
                received_at=utc_now(),
            )
        )


async def assert_known(played: Played) -> None:
    """What is looked for below is there, for whoever has the keys: by the API."""
    administrator = played.cast.administrator
    told = json.dumps(
        [
            (await administrator.get(f"/v1/candidates/{played.player.candidates[PERSON]}")).body,
            [one async for one in administrator.items("/v1/appeals")],
            [one async for one in administrator.items("/v1/productions")],
            *[
                [one async for one in administrator.items(f"/v1/sessions/{session}/submissions")]
                for session in played.player.sessions.values()
            ],
        ],
        default=str,
    )
    missing = {name for name, token in TOKENS.items() if token not in told}
    assert missing == {"content", "login"}
    person = played.cast.caller(Role.CANDIDATE, subject=TOKENS["login"])
    assert len([one async for one in person.items("/v1/appeals")]) == 1
    assert TOKENS["birth name"] in await diploma(played)


async def diploma(played: Played) -> str:
    """The text of the person's diploma."""
    administrator, candidate = played.cast.administrator, played.player.candidates[PERSON]
    [one] = [it async for it in administrator.items("/v1/documents", kind="diploma", candidate_id=candidate)]
    content = await administrator.bytes(f"/v1/documents/{one['id']}/content")
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


async def erase(installation: Installation, played: Played) -> None:
    """As a school does it: asked for, approved, and done by itself; who holds the certification stays known."""
    administrator, certifier = played.cast.administrator, played.cast.certifier
    candidate = played.player.candidates[PERSON]
    asked = await administrator.post(f"/v1/candidates/{candidate}/erasure", {}, key=new_id().hex)
    path = f"/v1/erasures/{asked.id}"
    await administrator.put(
        f"{path}/decision",
        {"decision": "approved"},
        of=asked,
        at=path,
        done=lambda now: now["state"] != "requested",
    )
    async with asyncio.timeout(SECONDS):
        while (await administrator.get(path)).body["state"] != "done":  # noqa: ASYNC110 - only it tells
            await asyncio.sleep(0.1)
    await installation.settle()
    for service in ("evaluations", "documents"):
        async with opened(installation, service) as other:
            await until_nothing_waits(other)
    holders = [one async for one in certifier.items("/v1/certified_holders")]
    [holder] = [one for one in holders if one["candidate_id"] == candidate]
    kept = (await certifier.get(f"/v1/certified_holders/{holder['id']}")).body
    assert kept["identity"]["birth_name"] == TOKENS["birth name"]


async def until_nothing_waits(database: Database) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        async with database.reading() as session:
            if not await session.scalar(select(func.count()).select_from(doomed_files)):
                return
        await asyncio.sleep(0.1)
    raise AssertionError("files wait to be deleted")


async def left(folders: Collection[Path], server: PostgresServer | None) -> dict[str, set[str]]:
    """What a scan finds in the end; SQLite's logs are emptied when their readers let them."""
    deadline = time.monotonic() + SECONDS
    while True:
        if server is not None:
            await checkpoint(server)
        holders = found(TOKENS, folders)
        if not holders or time.monotonic() > deadline:
            return holders
        await asyncio.sleep(0.5)


async def checkpoint(server: PostgresServer) -> None:
    connection = await asyncpg.connect(make_url(server.url).render_as_string(hide_password=False))
    try:
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def assert_the_register_stands(installation: Installation) -> None:
    async with opened(installation, "evaluations") as database:
        async with database.reading() as session:
            assert [fault async for fault in verify(session, ChainCheck(None))] == []
        done = Replay()
        assert [difference async for difference in replay(database, Settings().default_policy, done)] == []
        assert done.enrolments == 2


async def whole_story(
    installation: Installation,
    folders: Collection[Path],
    server: PostgresServer | None,
    *,
    clear_before: Collection[str] = (),
) -> None:
    async with installation.client() as http:
        played = await play(scenario(), installation, http)
        await plant(played, installation)
        await assert_known(played)
        before = found(TOKENS, folders)
        assert set(before) == {"content", *clear_before}, before  # all else is sealed before it is written
        await erase(installation, played)
        if clear_before:
            await tell_again(installation)
        assert await left(folders, server) == {}
        assert_a_clear_word_is_found(installation.var)
        await assert_the_register_stands(installation)
        await assert_verifies_without_a_name(played)


async def tell_again(installation: Installation) -> None:
    """The erasure, as the housekeeping does it hours later: the segments of Kafka's log are seconds long here."""
    for _ in range(2):
        await asyncio.sleep(2 * SEGMENT_SECONDS)
        async with opened(installation, "candidates") as database, database.transaction() as session:
            again = update(outbox).where(outbox.c.type == CandidateErasedV1.type).values(published_at=None)
            await session.execute(again)
        await installation.settle()


def assert_a_clear_word_is_found(var: Path) -> None:
    """The scan has eyes."""
    leak = var / "leak"
    leak.write_text(f"… {TOKENS['login']} …")
    assert found(TOKENS, [var]) == {"login": {"leak"}}
    leak.unlink()


async def assert_verifies_without_a_name(played: Played) -> None:
    administrator, candidate = played.cast.administrator, played.player.candidates[PERSON]
    [one] = [it async for it in administrator.items("/v1/documents", kind="diploma", candidate_id=candidate)]
    said = await administrator.post("/v1/verifications", {"code": one["verification_code"]}, key=new_id().hex)
    assert (said.body["status"], said.body["holder_initials"]) == ("valid", None)


@pytest.mark.timeout(240)
async def test_on_sqlite_and_the_local_bus(tmp_path: Path) -> None:
    async with embedded(tmp_path, APPEALS_ARE_OVER) as installation:
        await whole_story(installation, [tmp_path], None)


@pytest.mark.postgres
@pytest.mark.timeout(240)
async def test_on_postgresql_and_the_local_bus(tmp_path: Path, postgres_server: PostgresServer) -> None:
    async with embedded(tmp_path, APPEALS_ARE_OVER, database=postgres_server.url) as installation:
        await whole_story(installation, [tmp_path, postgres_server.folder], postgres_server)


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_on_postgresql_and_kafka(
    tmp_path: Path, postgres_server: PostgresServer, kafka_broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS", kafka_broker.bootstrap)
    settings = {
        **APPEALS_ARE_OVER,
        "PARCHEMIN_KAFKA_BOOTSTRAP_SERVERS": kafka_broker.bootstrap,
        "PARCHEMIN_KAFKA_COMPRESSION": "none",  # else nothing would be found before, either
        **{
            f"PARCHEMIN_KAFKA_IDENTITY_{name}_SECONDS": str(SEGMENT_SECONDS)
            for name in ("COMPACTION", "SEGMENT", "TOMBSTONE")
        },
    }
    async with spread(tmp_path, settings, database=postgres_server.url) as installation:
        folders = [tmp_path, postgres_server.folder, kafka_broker.folder]
        await whole_story(installation, folders, postgres_server, clear_before=IDENTITY)
