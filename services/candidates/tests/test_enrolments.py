"""Candidates and enrolments over HTTP, on both engines."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from parchemin.common.outbox import opened_bodies
from parchemin.common.tables import outbox
from parchemin.contracts.events.candidates import CandidateIdentifiedV1
from parchemin.contracts.events.identities import CandidateIdentifiedV2
from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from services.candidates.tests.conftest import School

pytestmark = pytest.mark.asyncio


def person(**changes: object) -> dict[str, object]:
    return {
        "birth_name": "Lefèvre",
        "first_names": ["Zoé"],
        "sex": "F",
        "birth_date": "1999-06-17",
        "birth_place": {"city": "Paris 12e", "country": "FR", "insee_code": "75112"},
        **changes,
    }


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


async def test_a_person_with_names_of_the_greatest_length_is_entered(client: httpx.AsyncClient) -> None:
    long = "é" * 120
    answer = await client.post("/v1/candidates", json=person(birth_name=long, first_names=[long] * 10))
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("value", [0, "0", "1999-06-17T00:00:00", 929577600, True, "1999-6-17"])
async def test_a_birth_date_is_never_made_of_a_number(client: httpx.AsyncClient, value: object) -> None:
    refused = await client.post("/v1/candidates", json=person(birth_date=value))
    assert refused.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [
        ("/birth_date", "partial_date_parsing")
    ]


async def test_the_login_travels_with_the_identity_and_nowhere_else(school: "School") -> None:
    created = await school.client.post("/v1/candidates", json=person(subject="zoe@school"))
    await school.client.put(
        f"/v1/candidates/{created.json()['id']}", json=person(), headers={"If-Match": created.headers["etag"]}
    )
    async with school.database.reading() as session:
        rows = (await session.execute(select(outbox).order_by(outbox.c.position))).all()
        bodies = await opened_bodies(session, rows)
    events = [json.loads(body or b"") for body in bodies]
    for version in (CandidateIdentifiedV1, CandidateIdentifiedV2):
        told = [version.read(event["data"]).pii.subject for event in events if event["type"] == version.type]
        assert told == ["zoe@school", None]
    assert [event["type"][-2:] for event in events] == ["v1", "v2"] * 2  # the compacted topic keeps what says more
