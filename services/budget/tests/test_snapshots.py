"""Snapshots of productions over HTTP, on both engines."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import httpx
import pytest
from services.budget.tests.builders import (
    ENROLMENT,
    OTHER_SCHOOL,
    SCHOOL,
    documentary_lines,
    lead,
    line,
    open_estimate,
    open_production,
    production,
    put_lines,
)
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from parchemin.budget.snapshots.models import ProductionSnapshot
from parchemin.common.tables import outbox
from parchemin.contracts.events.budget import ProductionSnapshotTakenV1
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio
Bearer = Callable[..., dict[str, str]]
FIGURES = ("currency", "estimate_id", "estimate_version", "chapters", "contingency", "overheads", "total")


def url_of(production_id: object) -> str:
    return f"/v1/productions/{production_id}/snapshots"


async def facts(client: httpx.AsyncClient) -> list[ProductionSnapshotTakenV1]:
    app = client._transport.app  # type: ignore[attr-defined]  # httpx keeps it
    statement = select(outbox.c.body).where(outbox.c.type == ProductionSnapshotTakenV1.type)
    async with app.state.database.reading() as session:
        bodies = (await session.execute(statement.order_by(outbox.c.position))).scalars().all()
    return [ProductionSnapshotTakenV1.model_validate(json.loads(body)["data"]) for body in bodies]


async def test_a_snapshot_says_what_the_estimate_comes_to(client: httpx.AsyncClient) -> None:
    project = await open_production(client)
    percents = {"contingency_percent": "5", "overhead_percent": "7.5"}
    estimate = (await open_estimate(client, project, documentary_lines(), **percents)).json()
    taken = await client.post(url_of(project))
    assert taken.status_code == 201, taken.text
    body = taken.json()
    for name in ("total", "contingency", "overheads", "currency"):
        assert body[name] == estimate[name]
    expected = [(str(chapter["number"]), chapter["total"]) for chapter in estimate["chapters"]]
    assert [(chapter["code"], chapter["amount"]) for chapter in body["chapters"]] == expected
    parts = [*(chapter["amount"] for chapter in body["chapters"]), body["contingency"], body["overheads"]]
    assert sum(map(Decimal, parts)) == Decimal(body["total"])
    assert (body["estimate_id"], body["estimate_version"]) == (estimate["id"], 1)
    canonical = json.dumps({name: body[name] for name in FIGURES}, sort_keys=True, separators=(",", ":"))
    assert body["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()


async def test_others_are_told_of_it_by_enrolment(client: httpx.AsyncClient) -> None:
    project = await open_production(client)
    await open_estimate(client, project, [line()])
    body = (await client.post(url_of(project))).json()
    (fact,) = await facts(client)
    assert (fact.key, fact.subject, fact.enrolment_id) == (str(ENROLMENT), body["id"], ENROLMENT)
    assert (fact.production_id, fact.organisation_id) == (UUID(project), SCHOOL)
    assert fact.total == body["total"]
    told = fact.model_dump(mode="json")
    assert {name: told[name] for name in (*FIGURES, "sha256")} == {name: body[name] for name in (*FIGURES, "sha256")}


async def test_a_snapshot_stays_as_it_was_taken(client: httpx.AsyncClient) -> None:
    project = await open_production(client)
    estimate = await open_estimate(client, project, [line()])
    first = (await client.post(url_of(project))).json()
    await put_lines(client, estimate, [line(rate="300.00")])
    second = (await client.post(url_of(project))).json()
    assert (first["total"], second["total"]) == ("281.57", "300.00")
    assert first["sha256"] != second["sha256"]
    page = (await client.get(url_of(project), params={"limit": 1})).json()
    rest = (await client.get(url_of(project), params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert [*page["items"], *rest["items"]] == [first, second]
    app = client._transport.app  # type: ignore[attr-defined]  # httpx keeps it
    with pytest.raises(DBAPIError, match="a snapshot does not change"):
        async with app.state.database.transaction() as session:
            await session.execute(update(ProductionSnapshot).values(sha256="0" * 64))


async def test_the_approved_version_counts_before_a_later_draft(client: httpx.AsyncClient, bearer: Bearer) -> None:
    project = await open_production(client)
    first = await open_estimate(client, project, [line()])
    await open_estimate(client, project, [line(rate="300.00")])
    assert (await client.post(url_of(project))).json()["estimate_version"] == 2
    approver = bearer(Role.ADMINISTRATOR, organisation=SCHOOL, subject="staff-two")
    await lead(client, await lead(client, first, "submitted"), "approved", approver)
    taken = (await client.post(url_of(project))).json()
    assert (taken["estimate_version"], taken["total"]) == (1, "281.57")


async def test_without_an_estimate_there_is_nothing_to_take(client: httpx.AsyncClient) -> None:
    project = await open_production(client)
    refused = await client.post(url_of(project))
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_snapshot")
    assert (await client.get(url_of(project))).json() == {"items": [], "next_cursor": None}
    assert await facts(client) == []


async def test_a_candidate_takes_snapshots_of_the_own_production_only(
    client: httpx.AsyncClient, bearer: Bearer
) -> None:
    project = await open_production(client, owner_subject="zoe")
    await open_estimate(client, project, [line()])
    zoe = bearer(Role.CANDIDATE, organisation=SCHOOL, subject="zoe")
    taken = await client.post(url_of(project), headers=zoe)
    assert taken.status_code == 201, taken.text
    assert (await client.get(url_of(project), headers=zoe)).json()["items"] == [taken.json()]
    strangers = (
        bearer(Role.CANDIDATE, organisation=SCHOOL, subject="luc"),
        bearer(Role.CANDIDATE, organisation=OTHER_SCHOOL, subject="zoe"),
        bearer(Role.ADMINISTRATOR, organisation=OTHER_SCHOOL),
    )
    for stranger in strangers:
        assert (await client.post(url_of(project), headers=stranger)).status_code == 404
        assert (await client.get(url_of(project), headers=stranger)).status_code == 404
    assert len(await facts(client)) == 1


@pytest.mark.parametrize("role", [Role.JURY_MEMBER, Role.JURY_PRESIDENT, Role.DISABILITY_OFFICER, Role.CERTIFIER])
async def test_other_roles_have_no_access(client: httpx.AsyncClient, bearer: Bearer, role: Role) -> None:
    project = await open_production(client)
    caller = bearer(role, organisation=SCHOOL, scopes=["budget:read", "budget:write"])
    assert (await client.get(url_of(project), headers=caller)).status_code == 403
    assert (await client.post(url_of(project), headers=caller)).status_code == 403


async def test_reading_scope_takes_nothing_and_a_repeat_takes_one(client: httpx.AsyncClient, bearer: Bearer) -> None:
    project = str((await client.post("/v1/productions", json=production())).json()["id"])
    await open_estimate(client, project, [line()])
    reading = bearer(Role.CLIENT, organisation=SCHOOL, scopes=["budget:read"])
    assert (await client.post(url_of(project), headers=reading)).status_code == 403
    key = {"Idempotency-Key": "a-key"}
    first = await client.post(url_of(project), headers=key)
    assert (await client.post(url_of(project), headers=key)).json() == first.json()
    assert len(await facts(client)) == 1
