"""Duplicates on entry, and two records that become one."""

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from services.candidates.tests.photos.pictures import file
from sqlalchemy import select

from parchemin.common.outbox import opened_bodies
from parchemin.common.tables import outbox
from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.candidates.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def merge(school: "School", candidate: str, duplicate: str, *take: str, **headers: str) -> httpx.Response:
    tag = (await school.client.get(f"/v1/candidates/{candidate}")).headers["etag"]
    return await school.client.post(
        f"/v1/candidates/{candidate}/merge",
        json={"duplicate_id": duplicate, "take": take},
        headers={"If-Match": tag, **headers},
    )


async def entered_twice(school: "School", **changes: object) -> tuple[str, str]:
    """Zoé, and Zoé again, mistyped; each with an enrolment where their versions differ."""
    first = await school.candidate(subject="zoe@school")
    again = school.person(birth_name="Lefebvre", email="zoe@example.org", **changes)
    created = await school.client.post("/v1/candidates", params={"distinct": True}, json=again)
    assert created.status_code == 201, created.text
    return first, created.json()["id"]


async def facts(school: "School") -> list[dict[str, Any]]:
    async with school.database.reading() as session:
        rows = (await session.execute(select(outbox).order_by(outbox.c.position))).all()
        bodies = await opened_bodies(session, rows)
    return [json.loads(body) for body in bodies if body is not None]


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_name": "Lefebvre"},
        {"birth_name": "Zoé", "first_names": ["Lefèvre"]},
        {"first_names": ["Zoé", "Anne"]},
        {"birth_date": "1999-06"},
        {"birth_date": "1999-06-07"},
    ],
)
async def test_who_resembles_a_candidate_is_entered_only_as_somebody_else(
    school: "School", stranger: "Callable[..., dict[str, str]]", changes: dict[str, object]
) -> None:
    first = await school.candidate()
    other = school.person(**changes)
    refused = await school.client.post("/v1/candidates", json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "candidate_resembles")
    assert refused.json()["candidate_ids"] == first
    assert "Lefèvre" not in refused.text
    elsewhere = await school.client.post("/v1/candidates", json=other, headers=stranger(Role.ADMINISTRATOR))
    assert elsewhere.status_code == 201
    confirmed = await school.client.post("/v1/candidates", params={"distinct": True}, json=other)
    assert confirmed.status_code == 201


async def test_same_person_is_refused_whatever_is_said(school: "School") -> None:
    await school.candidate()
    again = await school.client.post("/v1/candidates", params={"distinct": True}, json=school.person())
    assert (again.status_code, again.json()["code"]) == (409, "candidate_exists")


async def test_merge_moves_what_was_the_duplicates_and_keeps_the_history(school: "School") -> None:
    kept, duplicate = await entered_twice(school)
    body = {"candidate_id": duplicate, "access_path": "vae", "blocks": [1]}
    enrolment = (await school.client.post("/v1/enrolments", json=body)).json()["id"]
    done = await merge(school, kept, duplicate, "email", "birth_name")
    assert done.status_code == 200, done.text
    assert (done.json()["birth_name"], done.json()["email"]) == ("Lefebvre", "zoe@example.org")
    assert (await school.client.get(f"/v1/enrolments/{enrolment}")).json()["candidate_id"] == kept
    gone = await school.client.get(f"/v1/candidates/{duplicate}")
    assert (gone.status_code, gone.json()["code"], gone.json()["candidate_id"]) == (410, "candidate_merged", kept)
    assert [item["id"] for item in (await school.client.get("/v1/candidates")).json()["items"]] == [kept]
    (change,) = (await school.client.get(f"/v1/candidates/{kept}/history")).json()["items"]
    assert (change["kind"], change["actor"], change["taken"]) == ("merged", "administrator", ["email", "birth_name"])
    assert (change["before"]["birth_name"], change["duplicate"]["birth_name"]) == ("Lefèvre", "Lefebvre")
    told = await facts(school)
    assert told[-1]["type"] == "parchemin.candidates.candidates_merged.v1"
    assert told[-1]["data"]["enrolment_ids"] == [enrolment]
    known_as = {fact["data"]["candidate_id"]: fact["data"]["pii"] for fact in told if "pii" in fact["data"]}
    assert known_as[kept] == known_as[duplicate]
    assert known_as[duplicate]["subject"] == "zoe@school"


async def test_duplicate_goes_on_being_identified_through_corrections_and_further_merges(school: "School") -> None:
    first, second = await entered_twice(school)
    third = await school.candidate(birth_date="1985-01-02")
    assert (await merge(school, second, first)).status_code == 200
    assert (await merge(school, third, second)).status_code == 200
    tag = (await school.client.get(f"/v1/candidates/{third}")).headers["etag"]
    corrected = school.person(birth_name="Lefort", birth_date="1985-01-02")
    answer = await school.client.put(f"/v1/candidates/{third}", json=corrected, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text
    names = {
        f["data"]["candidate_id"]: f["data"]["pii"]["birth_name"] for f in await facts(school) if "pii" in f["data"]
    }
    assert names == dict.fromkeys((first, second, third), "Lefort")
    assert (await school.client.get(f"/v1/candidates/{first}")).json()["candidate_id"] == third
    history = (await school.client.get(f"/v1/candidates/{third}/history")).json()["items"]
    assert sorted(change["kind"] for change in history) == ["corrected", "merged", "merged"]


async def test_merge_that_would_lose_something_is_refused_and_changes_nothing(
    school: "School", stranger: "Callable[..., dict[str, str]]"
) -> None:
    kept, duplicate = await entered_twice(school)
    for candidate in (kept, duplicate):
        body = {"candidate_id": candidate, "access_path": "vae", "blocks": [1]}
        assert (await school.client.post("/v1/enrolments", json=body)).status_code == 201
    both = await merge(school, kept, duplicate, "birth_name")
    assert (both.status_code, both.json()["code"]) == (409, "both_enrolled")
    assert (await school.client.get(f"/v1/candidates/{kept}")).json()["birth_name"] == "Lefèvre"
    assert (await merge(school, kept, kept)).json()["code"] == "merge_with_itself"
    assert (await merge(school, kept, duplicate, **school.officer)).status_code == 403
    assert (await merge(school, kept, duplicate, **stranger(Role.ADMINISTRATOR))).status_code == 404


async def test_nothing_is_done_to_a_record_that_was_merged(school: "School") -> None:
    kept, duplicate = await entered_twice(school)
    assert (await merge(school, kept, duplicate)).status_code == 200
    body = {"candidate_id": duplicate, "access_path": "vae", "blocks": [1]}
    assert (await school.client.post("/v1/enrolments", json=body)).json()["code"] == "candidate_merged"
    url = f"/v1/candidates/{duplicate}"
    put = await school.client.put(url, json=school.person(), headers={"If-Match": '"2"'})
    assert put.json()["code"] == "candidate_merged"
    again = await school.client.post(
        f"{url}/merge", json={"duplicate_id": kept, "take": []}, headers={"If-Match": '"2"'}
    )
    assert again.json()["code"] == "candidate_merged"


async def test_what_was_sealed_for_the_duplicate_is_read_at_the_record_that_was_kept(school: "School") -> None:
    kept, duplicate = await entered_twice(school)
    body = {"candidate_id": duplicate, "access_path": "apprenticeship", "blocks": [1]}
    enrolment = (await school.client.post("/v1/enrolments", json=body)).json()["id"]
    read = await school.client.get(f"/v1/enrolments/{enrolment}")
    funding = {"kind": "self", "name": "Moi"}
    put = await school.client.put(
        f"/v1/enrolments/{enrolment}/funding", json=funding, headers={"If-Match": read.headers["etag"]}
    )
    assert put.status_code in {200, 204}, put.text
    follow_up = await school.follow_up(duplicate)
    assert (await merge(school, kept, duplicate)).status_code == 200
    told = (await school.client.get(f"/v1/enrolments/{enrolment}/funding")).json()["funding"]
    assert funding.items() <= told.items()
    followed = await school.client.get(f"/v1/disability_follow_ups/{follow_up}", headers=school.officer)
    assert followed.json()["candidate_id"] == kept


async def test_a_record_that_is_to_be_erased_is_not_merged(school: "School") -> None:
    kept, duplicate = await entered_twice(school)
    assert (await school.client.post(f"/v1/candidates/{duplicate}/erasure")).status_code == 201
    refused = await merge(school, kept, duplicate)
    assert (refused.status_code, refused.json()["code"]) == (409, "erasure_asked_for")


async def test_photo_comes_along_where_there_is_none(school: "School") -> None:
    kept, duplicate = await entered_twice(school)
    put = await school.client.put(
        f"/v1/candidates/{duplicate}/photo", content=file(200, 300), headers={"If-Match": '"1"'}
    )
    assert put.status_code == 204, put.text
    assert (await merge(school, kept, duplicate)).status_code == 200
    assert (await school.client.get(f"/v1/candidates/{kept}/photo")).content[:3] == b"\xff\xd8\xff"
