"""ETags, updates that name the version they edit, and reads of what the client holds already."""

import asyncio
from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from libs.common.tests.toy_service import Note
from sqlalchemy.orm.exc import StaleDataError

from parchemin.common.database import Database
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def note(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/v1/notes", json={"text": "first"})


def url_of(note: httpx.Response) -> str:
    return f"/v1/notes/{note.json()['id']}"


async def test_an_update_names_the_version_that_it_edits(client: httpx.AsyncClient, note: httpx.Response) -> None:
    headers: dict[str, str]
    for headers in ({}, {"If-Match": "*"}):
        answer = await client.put(url_of(note), json={"text": "second"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")


async def test_an_update_of_another_version_is_refused(client: httpx.AsyncClient, note: httpx.Response) -> None:
    for tag in ('"0"', '"2"', 'W/"1"', "1", '"1', "", '"1", "2"', '"' + "9" * 100 + '"', '"١"'):
        headers = [("If-Match", tag.encode())]
        answer = await client.put(url_of(note), json={"text": "second"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version"), tag


async def test_of_two_updates_of_one_version_one_is_refused(client: httpx.AsyncClient, note: httpx.Response) -> None:
    headers = {"If-Match": note.headers["etag"]}
    answers = await asyncio.gather(
        *(client.put(url_of(note), json={"text": f"text {n}"}, headers=headers) for n in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    [done] = [answer for answer in answers if answer.status_code == 200]
    assert done.headers["etag"] == '"2"'
    assert (await client.get(url_of(note))).json()["text"] == done.json()["text"]


async def test_a_client_gets_no_content_when_it_holds_the_version_and_all_of_it_when_not(
    client: httpx.AsyncClient, note: httpx.Response
) -> None:
    for held in ('"1"', 'W/"1"', '"7", "1"', "*"):
        answer = await client.get(url_of(note), headers={"If-None-Match": held})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1"')
    answer = await client.get(url_of(note), headers={"If-None-Match": '"0", "x"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')


async def test_the_database_refuses_an_update_that_was_prepared_on_an_older_version(
    database: Database, client: httpx.AsyncClient, note: httpx.Response
) -> None:
    async with database.reading() as session:
        stale = await session.get(Note, UUID(note.json()["id"]))
    await client.put(url_of(note), json={"text": "second"}, headers={"If-Match": '"1"'})

    async def overwrite() -> None:
        async with database.transaction() as session:
            session.add(stale)
            stale.text = "overwrites"

    with pytest.raises(StaleDataError):
        await overwrite()
    assert (await client.get(url_of(note))).json()["text"] == "second"


async def test_a_strangers_object_and_none_at_all_look_the_same(
    client: httpx.AsyncClient, note: httpx.Response, bearer: Callable[..., dict[str, str]]
) -> None:
    stranger = bearer(Role.ADMINISTRATOR, organisation=uuid4())
    answers = [
        await client.get(url_of(note), headers=stranger),
        await client.get(f"/v1/notes/{uuid4()}", headers=stranger),
    ]
    bodies = [{**a.json(), "request_id": None, "trace_id": None} for a in answers]
    assert bodies[0] == bodies[1]
    assert bodies[0]["status"] == 404
