"""Candidates and enrolments over HTTP, on both engines."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from parchemin.candidates.app import create_app
from parchemin.candidates.settings import Settings
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

SCHOOL = uuid4()


def person(**changes: object) -> dict[str, object]:
    return {
        "birth_name": "Lefèvre",
        "first_names": ["Zoé"],
        "sex": "F",
        "birth_date": "1999-06-17",
        "birth_place": {"city": "Paris 12e", "country": "FR", "insee_code": "75112"},
        **changes,
    }


@pytest_asyncio.fixture
async def client(
    database_url: Callable[[str], str],
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    bearer: Callable[..., dict[str, str]],
) -> httpx.AsyncClient:
    app = create_app(Settings(database_url=database_url("candidates"), migrate_on_start=False))
    client = await serve(app)
    client.headers.update(bearer(Role.ADMINISTRATOR, organisation=SCHOOL))
    return client


async def test_a_person_is_entered_once(client: httpx.AsyncClient) -> None:
    first = await client.post("/v1/candidates", json=person())
    assert first.status_code == 201, first.text
    again = await client.post("/v1/candidates", json=person(birth_name="LEFEVRE"))
    assert again.status_code == 409
    assert again.json()["code"] == "candidate_exists"
    assert first.json()["id"] in again.json()["detail"]


async def test_a_correction_needs_the_current_version(client: httpx.AsyncClient) -> None:
    created = await client.post("/v1/candidates", json=person())
    url = f"/v1/candidates/{created.json()['id']}"
    corrected = person(birth_name="Lefebvre")
    assert (await client.put(url, json=corrected)).status_code == 428
    first = await client.put(url, json=corrected, headers={"If-Match": created.headers["etag"]})
    assert first.status_code == 200, first.text
    assert first.json()["birth_name"] == "Lefebvre"
    late = await client.put(url, json=person(), headers={"If-Match": created.headers["etag"]})
    assert late.status_code == 412
    unchanged = await client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert unchanged.status_code == 304


async def test_another_organisation_sees_nothing(
    client: httpx.AsyncClient, bearer: Callable[..., dict[str, str]]
) -> None:
    created = await client.post("/v1/candidates", json=person())
    stranger = bearer(Role.ADMINISTRATOR, organisation=UUID(int=7))
    assert (await client.get(f"/v1/candidates/{created.json()['id']}", headers=stranger)).status_code == 404
    assert (await client.get("/v1/candidates", headers=stranger)).json() == {"items": [], "next_cursor": None}


async def test_a_repeat_with_the_same_idempotency_key_gets_the_first_answer(client: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "a-key"}
    first = await client.post("/v1/candidates", json=person(), headers=key)
    again = await client.post("/v1/candidates", json=person(), headers=key)
    assert (again.status_code, again.json(), again.headers["etag"]) == (201, first.json(), first.headers["etag"])
    assert again.headers["idempotency-replayed"] == "true"
    other = await client.post("/v1/candidates", json=person(birth_name="Roux"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
