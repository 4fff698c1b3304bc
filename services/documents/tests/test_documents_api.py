"""Documents over HTTP: who sees which, and how the content is fetched."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from parchemin.common.bus import LocalBus, Message
from parchemin.common.storage.store import key_of
from parchemin.contracts.vocabulary import Role
from parchemin.documents.app import create_app
from parchemin.documents.settings import Settings

pytestmark = pytest.mark.asyncio

Bearer = Callable[..., dict[str, str]]
OTHER_SCHOOL = uuid4()
T = TypeVar("T")


async def eventually(look: Callable[[], Awaitable[T]], is_so: Callable[[T], bool]) -> T:
    """What is seen once it is so; other tasks commit in the meantime."""
    async with asyncio.timeout(15):
        while not is_so(seen := await look()):  # noqa: ASYNC110 - only the service's answers tell
            await asyncio.sleep(0.02)
    return seen


class House:
    """The service running, with the bus that it hears from and speaks to."""

    def __init__(self, story: SimpleNamespace, folder: Path) -> None:
        self.story, self.folder, self.bus = story, folder, LocalBus()
        self.heard: list[bytes] = []
        self.bus.subscribe("test", ["parchemin.documents.v1"], self._hear)
        self.client: Any = None

    async def _hear(self, message: Message) -> None:
        self.heard.append(message.body)

    async def heard_of(self) -> list[bytes]:
        return self.heard

    async def tell(self, *events: Any) -> None:
        for event in events:
            assert await self.bus.publish([self.story.message(event)]) == [None]

    async def documents(self, headers: dict[str, str]) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.client.get("/v1/documents", headers=headers)).json()["items"]
        return items

    async def settled(self, headers: dict[str, str], count: int, *states: str) -> list[dict[str, Any]]:
        """All documents, once so many are in one of these states."""
        wanted = states or ("issued", "blocked")

        def enough(items: list[dict[str, Any]]) -> bool:
            return sum(item["state"] in wanted for item in items) >= count

        return await eventually(lambda: self.documents(headers), enough)


@pytest_asyncio.fixture
async def house(
    database_url: Callable[[str], str],
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    story: SimpleNamespace,
    tmp_path: Path,
) -> House:
    made = House(story, tmp_path / "documents")
    settings = Settings(database_url=database_url("documents"), migrate_on_start=False, folder=made.folder)
    made.client = await serve(create_app(settings, made.bus))
    return made


async def test_content_is_fetched_once_it_is_issued(house: House, bearer: Bearer, story: SimpleNamespace) -> None:
    us = bearer(Role.ADMINISTRATOR, organisation=story.SCHOOL)
    await house.tell(story.validated(3))
    (waiting,) = await eventually(lambda: house.documents(us), lambda found: bool(found[0]["missing"]))
    assert (waiting["state"], waiting["verification_code"], waiting["sha256"]) == ("pending", None, None)
    url = f"/v1/documents/{waiting['id']}"
    early = await house.client.get(f"{url}/content", headers=us)
    assert (early.status_code, early.json()["code"]) == (409, "document_not_issued")

    await house.tell(*story.known())
    await house.settled(us, 1)
    document = await house.client.get(url, headers=us)
    assert (document.json()["state"], document.json()["block"], document.json()["missing"]) == ("issued", 3, [])
    assert (await house.client.get(url, headers={**us, "If-None-Match": document.headers["etag"]})).status_code == 304
    content = await house.client.get(f"{url}/content", headers=us)
    assert content.status_code == 200, content.text
    assert content.content.startswith(b"%PDF")
    assert key_of(content.content) == document.json()["sha256"]
    headers = content.headers
    assert headers["etag"] == f'"{document.json()["sha256"]}"'
    assert headers["content-type"] == "application/pdf"
    assert headers["x-content-type-options"] == "nosniff"
    name = f"block_attestation-{UUID(waiting['id']).hex[-8:]}.pdf"
    assert headers["content-disposition"] == f'attachment; filename="{name}"'
    same = await house.client.get(f"{url}/content", headers={**us, "If-None-Match": headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_content_that_was_damaged_is_not_given_out(house: House, bearer: Bearer, story: SimpleNamespace) -> None:
    us = bearer(Role.ADMINISTRATOR, organisation=story.SCHOOL)
    await house.tell(*story.known(), story.awarded())
    (document,) = await house.settled(us, 1)
    (file,) = house.folder.rglob("*.pdf")
    file.write_bytes(b"%PDF something else")
    answer = await house.client.get(f"/v1/documents/{document['id']}/content", headers=us)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_lists_are_filtered(house: House, bearer: Bearer, story: SimpleNamespace) -> None:
    us = bearer(Role.CLIENT, organisation=story.SCHOOL)
    await house.tell(*story.known(), story.identified("ali"), story.awarded(), story.decided(), story.awarded("ali"))
    await house.tell(story.closed("ali"), story.validated(name="nobody"))
    await house.settled(us, 4)

    async def kinds(**wanted: Any) -> list[str]:
        answer = await house.client.get("/v1/documents", params=wanted, headers=us)
        assert answer.status_code == 200, answer.text
        return sorted(item["kind"] for item in answer.json()["items"])

    assert await kinds(kind="diploma") == ["diploma", "diploma"]
    assert await kinds(candidate_id=story.number("zoe")) == ["diploma", "results_notice"]
    assert await kinds(enrolment_id=story.of("ali")["enrolment_id"]) == ["diploma"]
    assert await kinds(session_id=story.SESSION, kind="jury_minutes") == ["jury_minutes"]
    assert await kinds(session_id=uuid4()) == []
    assert await kinds(state="pending") == ["block_attestation"]
    assert await kinds(updated_since="2999-01-01T00:00:00Z") == []
    refused = await house.client.get("/v1/documents", params={"kind": "licence"}, headers=us)
    assert refused.status_code == 422
    first = (await house.client.get("/v1/documents", params={"limit": 3}, headers=us)).json()
    rest = (await house.client.get("/v1/documents", params={"cursor": first["next_cursor"]}, headers=us)).json()
    assert len({item["id"] for item in first["items"] + rest["items"]}) == 5


async def test_everybody_sees_what_is_theirs(house: House, bearer: Bearer, story: SimpleNamespace) -> None:
    us = bearer(Role.ADMINISTRATOR, organisation=story.SCHOOL)
    await house.tell(
        *story.known(), story.identified("ali"), story.awarded(), story.awarded("ali"), story.closed("ali")
    )
    documents = {(item["kind"], item["candidate_id"]): item["id"] for item in await house.settled(us, 3)}
    zoes, alis = (documents["diploma", str(story.number(name))] for name in ("zoe", "ali"))
    minutes = documents["jury_minutes", None]

    async def sees(caller: dict[str, str]) -> list[str]:
        listed = (await house.client.get("/v1/documents", headers=caller)).json()["items"]
        seen = [item["id"] for item in listed]
        for document_id in (zoes, alis, minutes):
            for path in (f"/v1/documents/{document_id}", f"/v1/documents/{document_id}/content"):
                status = (await house.client.get(path, headers=caller)).status_code
                assert status == (200 if document_id in seen else 404), path
        return sorted(seen)

    everything = sorted((zoes, alis, minutes))
    assert await sees(us) == everything
    assert await sees(bearer(Role.CLIENT, organisation=story.SCHOOL)) == everything
    assert await sees(bearer(Role.CERTIFIER)) == everything
    candidate = story.number("zoe")
    assert await sees(bearer(Role.CANDIDATE, organisation=story.SCHOOL, subject=str(candidate))) == [zoes]
    for stranger in (
        bearer(Role.ADMINISTRATOR, organisation=OTHER_SCHOOL),
        bearer(Role.CLIENT, organisation=OTHER_SCHOOL),
        bearer(Role.CANDIDATE, organisation=OTHER_SCHOOL, subject=str(candidate)),
        bearer(Role.CANDIDATE, organisation=story.SCHOOL, subject=str(uuid4())),
        bearer(Role.CANDIDATE, organisation=story.SCHOOL, subject="zoe@example.org"),
    ):
        assert await sees(stranger) == []


@pytest.mark.parametrize("role", [Role.JURY_MEMBER, Role.JURY_PRESIDENT, Role.DISABILITY_OFFICER])
async def test_other_roles_are_refused(house: House, bearer: Bearer, story: SimpleNamespace, role: Role) -> None:
    caller = bearer(role, organisation=story.SCHOOL, scopes=["documents:read"])
    for path in ("/v1/documents", f"/v1/documents/{uuid4()}", f"/v1/documents/{uuid4()}/content"):
        assert (await house.client.get(path, headers=caller)).status_code == 403
        assert (await house.client.get(path)).status_code == 401
    no_scope = bearer(Role.ADMINISTRATOR, organisation=story.SCHOOL, scopes=["candidates:read"])
    assert (await house.client.get("/v1/documents", headers=no_scope)).status_code == 403


async def test_names_stay_out_of_logs_events_and_addresses(
    house: House, bearer: Bearer, story: SimpleNamespace, capfd: pytest.CaptureFixture[str]
) -> None:
    us = bearer(Role.ADMINISTRATOR, organisation=story.SCHOOL)
    secret = "Xylographie"
    contradictory = story.validated(2).model_copy(update={"competencies": (story.result("C.3", "not_acquired"),)})
    await house.tell(story.registered(), story.published(), *story.jurors(), contradictory)
    await house.tell(story.identified(birth_name=f"{secret} 伟", birth_city=secret), story.awarded(), story.closed())
    blocked = [item for item in await house.settled(us, 2) if item["state"] == "blocked"]
    assert {item["blocked_field"] for item in blocked} == {
        "document.holder.birth_name",
        "document.attendance[0].candidate_name",
    }
    await house.tell(story.identified(birth_name=secret, birth_city=secret))
    issued = [item for item in await house.settled(us, 2, "issued") if item["state"] == "issued"]
    for item in issued:
        fetched = await house.client.get(f"/v1/documents/{item['id']}/content", headers=us)
        assert secret not in str(fetched.headers)
        checked = await house.client.post("/v1/verifications", json={"code": item["verification_code"]})
        assert secret not in checked.text
    await eventually(house.heard_of, lambda heard: len(heard) == 2)
    assert secret.encode() not in b"".join(house.heard)
    assert not [path for path in house.folder.rglob("*") if secret in path.name]
    logged = "".join(capfd.readouterr())
    assert "document_failed" in logged
    assert "document_blocked" in logged
    assert secret not in logged
    assert not any(item["verification_code"] in logged for item in issued)
