"""Accommodation plans over HTTP, on both engines."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from parchemin.common.tables import outbox
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

TIME = {"kind": "extra_time", "percent": 33, "applies_to": ["evaluation", "preparation"]}
PREMISES = {"kind": "accessible_premises", "detail": "salle en rez-de-chaussée"}


async def told(school: Any) -> list[list[dict[str, Any]]]:
    """The measures that events told of, in order."""
    async with school.database.reading() as session:
        statement = select(outbox.c.body).where(outbox.c.type.endswith("measures_granted.v1"))
        bodies = (await session.execute(statement.order_by(outbox.c.position))).scalars().all()
    return [json.loads(body)["data"]["measures"] for body in bodies]


async def test_measures_are_granted_then_replaced_and_told(school: Any) -> None:
    enrolment = await school.followed()
    body = {"enrolment_id": enrolment, "measures": [TIME, PREMISES]}
    granted = await school.client.post("/v1/accommodations", json=body, headers=school.officer)
    assert granted.status_code == 201, granted.text
    assert granted.json()["measures"][0]["applies_to"] == ["preparation", "evaluation"]
    again = await school.client.post("/v1/accommodations", json=body, headers=school.officer)
    assert (again.status_code, again.json()["code"]) == (409, "accommodation_exists")

    url = f"/v1/accommodations/{granted.json()['id']}"
    match = {"If-Match": granted.headers["etag"]}
    replaced = await school.client.put(url, json={"measures": [PREMISES]}, headers={**school.officer, **match})
    assert replaced.status_code == 200, replaced.text
    assert [measure["kind"] for measure in replaced.json()["measures"]] == ["accessible_premises"]
    stale = await school.client.put(url, json={"measures": [TIME]}, headers={**school.officer, **match})
    assert stale.status_code == 412
    blind = await school.client.put(url, json={"measures": [TIME]}, headers=school.officer)
    assert blind.status_code == 428
    kinds = [[measure["kind"] for measure in measures] for measures in await told(school)]
    assert kinds == [["extra_time", "accessible_premises"], ["accessible_premises"]]
    unchanged = await school.client.get(url, headers={"If-None-Match": replaced.headers["etag"]})
    assert unchanged.status_code == 304


async def test_every_fault_of_a_plan_is_pointed_at(school: Any) -> None:
    measures = [{"kind": "extra_time"}, {"kind": "equipment", "percent": 5}]
    body = {"enrolment_id": await school.followed(), "measures": measures}
    refused = await school.client.post("/v1/accommodations", json=body, headers=school.officer)
    assert (refused.status_code, refused.json()["code"]) == (422, "measures_faulty")
    assert {(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]} == {
        ("/measures/0/percent", "percent_missing"),
        ("/measures/0/applies_to", "scope_missing"),
        ("/measures/1/percent", "percent_unexpected"),
        ("/measures/1/detail", "detail_missing"),
    }
    assert await told(school) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DISABILITY_OFFICER])
async def test_only_the_disability_officer_grants(school: Any, role: Role) -> None:
    body = {"enrolment_id": await school.followed(), "measures": [PREMISES]}
    scopes = ["candidates:read", "candidates:write"]
    header = school.bearer(role, organisation=school.id, scopes=scopes)
    assert (await school.client.post("/v1/accommodations", json=body, headers=header)).status_code == 403


async def test_who_sees_a_plan(school: Any, stranger: Callable[..., dict[str, str]]) -> None:
    own = await school.followed(subject="zoe")
    other = await school.followed(birth_name="Roux", subject="max")
    for enrolment in (own, other):
        body = {"enrolment_id": enrolment, "measures": [PREMISES]}
        granted = await school.client.post("/v1/accommodations", json=body, headers=school.officer)
        assert granted.status_code == 201
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe")
    machine = school.bearer(Role.CANDIDATE, Role.CLIENT, organisation=school.id, subject="zoe")
    url = f"/v1/accommodations/{granted.json()['id']}"

    async def seen(header: dict[str, str], query: str = "") -> list[str]:
        answer = await school.client.get(f"/v1/accommodations{query}", headers=header)
        return [plan["enrolment_id"] for plan in answer.json()["items"]]

    assert await seen(zoe) == await seen(machine) == [own]
    assert await seen(school.administrator) == await seen(school.officer) == [own, other]
    assert await seen(school.officer, f"?enrolment_id={other}") == [other]
    assert await seen(stranger(Role.ADMINISTRATOR)) == []
    assert (await school.client.get(url, headers=zoe)).status_code == 404
    assert (await school.client.get(url, headers=stranger(Role.DISABILITY_OFFICER))).status_code == 404
    assert (await school.client.get(url, headers=school.certifier)).status_code == 403


async def test_a_strangers_enrolment_does_not_exist(school: Any, stranger: Callable[..., dict[str, str]]) -> None:
    body = {"enrolment_id": await school.followed(), "measures": [PREMISES]}
    officer = stranger(Role.DISABILITY_OFFICER)
    assert (await school.client.post("/v1/accommodations", json=body, headers=officer)).status_code == 404
