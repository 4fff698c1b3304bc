"""The copy of a person's file: asked for, gathered from every service, fetched, and gone."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from parchemin.candidates.privacy.personal_files.models import PersonalFile
from parchemin.common.bus import Message
from parchemin.common.clock import utc_now
from parchemin.common.personal_files import json_piece
from parchemin.common.personal_files.orders import put_encrypted
from parchemin.common.storage.folder import FolderStore
from parchemin.common.storage.store import StorageAway
from parchemin.common.tables import outbox
from parchemin.contracts.envelope import wrap
from parchemin.contracts.events import privacy as events
from parchemin.contracts.vocabulary import Role

PARTS = {
    "evaluations": events.AssessmentsGatheredV1,
    "budget": events.ProductionsGatheredV1,
    "documents": events.DocumentsGatheredV1,
}


@pytest.fixture
def exchange(school: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> FolderStore:
    """A store of this test's own."""
    store = FolderStore(tmp_path / "exchange", suffix=".age")
    school.app.state.exchange = store
    monkeypatch.setattr(school.app.state.assembler, "_exchange", store)
    return store


async def requested(school: Any) -> events.PersonalFileRequestedV1:
    async with school.database.reading() as session:
        kind = events.PersonalFileRequestedV1
        bodies = await session.scalars(select(outbox.c.body).where(outbox.c.type == kind.type))
    return kind.read(json.loads(list(bodies)[-1])["data"])


async def give(school: Any, exchange: FolderStore, order: Any, *services: str, recipient: str | None = None) -> None:
    for service in services:
        piece = json_piece(f"{service}/part.json", {"of": service})
        key, size = put_encrypted(exchange, [piece], recipient or order.recipient)
        event = PARTS[service](
            request_id=order.request_id,
            candidate_id=order.candidate_id,
            organisation_id=order.organisation_id,
            content_key=key,
            size=size,
        )
        body = wrap(event, event_id=uuid4(), at=utc_now()).to_bytes()
        await school.app.state.service.consumer.deliver(Message(event.topic, event.key, body))


async def passes(school: Any, file: str, days: int) -> None:
    """So many days go by."""
    moved = timedelta(days=days)
    async with school.database.transaction() as session:
        held = await session.get_one(PersonalFile, UUID(file))
        held.due_at, held.expires_at = held.due_at - moved, held.expires_at - moved


def unpacked(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.asyncio
async def test_a_person_gets_one_archive_of_all_that_every_service_knows(school: Any, exchange: FolderStore) -> None:
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe")
    enrolment = await school.followed(subject="zoe")
    await school.proposal(enrolment, "C.1", argument="ARGUMENT-DE-ZOE")
    candidate = (await school.client.get(f"/v1/enrolments/{enrolment}")).json()["candidate_id"]
    asked = await school.client.post(f"/v1/candidates/{candidate}/personal_files", headers=zoe)
    assert (asked.status_code, asked.json()["state"]) == (202, "requested")
    again = await school.client.post(f"/v1/candidates/{candidate}/personal_files", headers=zoe)
    assert again.json()["id"] == asked.json()["id"], "one that is under way is not begun twice"
    path = f"/v1/personal_files/{asked.json()['id']}"
    order = await requested(school)
    await give(school, exchange, order, "evaluations", "budget")
    assert await school.app.state.assembler.assemble_due() == 0
    early = await school.client.get(f"{path}/archive", headers=zoe)
    assert (early.status_code, early.json()["code"]) == (409, "personal_file_not_ready")
    assert (await school.client.get(path, headers=zoe)).json()["state"] == "gathering"
    await give(school, exchange, order, "documents")
    assert await school.app.state.assembler.assemble_due() == 1
    ready = (await school.client.get(path, headers=zoe)).json()
    assert (ready["state"], ready["missing"]) == ("ready", [])

    held = unpacked(await school.client.get(f"{path}/archive", headers=zoe))
    assert "incomplète" not in held["LISEZMOI.txt"]
    assert json.loads(held["candidats/identite.json"])["birth_name"] == "Lefèvre"
    assert json.loads(held["candidats/parcours.json"])[0]["id"] == enrolment
    assert json.loads(held["candidats/dispenses.json"])[0]["argument"] == "ARGUMENT-DE-ZOE"
    assert {json.loads(held[f"{service}/part.json"])["of"] for service in PARTS} == set(PARTS)
    assert "officer" not in "".join(held.values()), "who of the staff it was is not the person's data"
    kept = [file.read_bytes() for file in exchange._folder.rglob("*.age")]
    assert len(kept) == 1, "parts go once they are in the archive"
    assert "Lefèvre".encode() not in kept[0]

    await passes(school, ready["id"], 30)
    assert await school.app.state.assembler.expire_due() == 1
    assert list(exchange._folder.rglob("*.age")) == []
    assert (await school.client.get(f"{path}/archive", headers=zoe)).status_code == 409


@pytest.mark.asyncio
async def test_what_a_service_did_not_give_in_time_or_not_for_this_request_is_named(
    school: Any, exchange: FolderStore
) -> None:
    candidate = await school.candidate()
    asked = (await school.client.post(f"/v1/candidates/{candidate}/personal_files")).json()
    order = await requested(school)
    await give(school, exchange, order, "evaluations")
    other = "age1cyj3wx4xveqzgjv9thr8whhsvul948uah7030zqegllh487qapgsnky3ws"
    await give(school, exchange, order, "documents", recipient=other)
    await passes(school, asked["id"], 2)
    assert await school.app.state.assembler.assemble_due() == 1
    path = f"/v1/personal_files/{asked['id']}"
    assert (await school.client.get(path)).json()["missing"] == ["budget", "documents"]
    held = unpacked(await school.client.get(f"{path}/archive"))
    assert "incomplète" in held["LISEZMOI.txt"]
    assert "budgets de production, documents délivrés" in held["LISEZMOI.txt"]


@pytest.mark.asyncio
async def test_what_concerns_a_disability_is_for_the_person_alone(school: Any, exchange: FolderStore) -> None:
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe")
    enrolment = await school.followed(subject="zoe")
    await school.proposal(enrolment, "C.1", argument="ARGUMENT-DE-ZOE")
    candidate = (await school.client.get(f"/v1/enrolments/{enrolment}")).json()["candidate_id"]
    to_staff = (await school.client.post(f"/v1/candidates/{candidate}/personal_files")).json()
    await give(school, exchange, await requested(school), *PARTS)
    own = (await school.client.post(f"/v1/candidates/{candidate}/personal_files", headers=zoe)).json()
    await give(school, exchange, await requested(school), *PARTS)
    assert own["id"] != to_staff["id"]
    assert await school.app.state.assembler.assemble_due() == 2
    held = unpacked(await school.client.get(f"/v1/personal_files/{to_staff['id']}/archive"))
    assert "candidats/dispenses.json" not in held
    assert "ARGUMENT" not in "".join(held.values())
    assert (await school.client.get(f"/v1/personal_files/{own['id']}/archive")).status_code == 403
    other = school.bearer(Role.ADMINISTRATOR, organisation=school.id, subject="other")
    path = f"/v1/personal_files/{to_staff['id']}/archive"
    assert (await school.client.get(path, headers=other)).status_code == 403, "who asked fetches, nobody else"
    accesses = (await school.client.get(f"/v1/candidates/{candidate}/accesses", headers=zoe)).json()["items"]
    assert [one["kind"] for one in accesses] == ["personal_file"]


@pytest.mark.asyncio
async def test_an_erasure_ends_every_copy_at_once(school: Any, exchange: FolderStore) -> None:
    candidate = await school.candidate()
    asked = (await school.client.post(f"/v1/candidates/{candidate}/personal_files")).json()
    await give(school, exchange, await requested(school), *PARTS)
    await school.app.state.assembler.assemble_due()
    erasure = await school.client.post(f"/v1/candidates/{candidate}/erasure")
    ruling, match = {"decision": "approved"}, {"If-Match": erasure.headers["etag"]}
    await school.client.put(f"/v1/erasures/{erasure.json()['id']}/decision", json=ruling, headers=match)
    await school.app.state.eraser.erase_due()
    path = f"/v1/personal_files/{asked['id']}"
    assert (await school.client.get(f"{path}/archive")).status_code == 409
    assert await school.app.state.assembler.expire_due() == 1
    assert (await school.client.get(path)).json()["state"] == "expired"
    assert list(exchange._folder.rglob("*.age")) == []
    assert (await school.client.post(f"/v1/candidates/{candidate}/personal_files")).status_code == 410


@pytest.mark.asyncio
async def test_a_copy_waits_for_a_store_that_is_away_and_fails_in_the_end(
    school: Any, exchange: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = await school.candidate()
    asked = (await school.client.post(f"/v1/candidates/{candidate}/personal_files")).json()
    await give(school, exchange, await requested(school), *PARTS)

    def away(_self: object, _source: object) -> str:
        raise StorageAway("ConnectError")

    path = f"/v1/personal_files/{asked['id']}"
    with monkeypatch.context() as patch:
        patch.setattr(FolderStore, "put_file", away)
        assert await school.app.state.assembler.assemble_due() == 0
        assert (await school.client.get(path)).json()["state"] == "gathering"
        await passes(school, asked["id"], 2)
        assert await school.app.state.assembler.assemble_due() == 0
    assert (await school.client.get(path)).json()["state"] == "failed"
    await passes(school, asked["id"], 30)
    assert await school.app.state.assembler.expire_due() == 1
    await give(school, exchange, await requested(school), "budget")
    assert await school.app.state.assembler.expire_due() == 1, "a part that comes after all goes, too"
    assert list(exchange._folder.rglob("*.age")) == []
