"""The life of an estimate over HTTP, on both engines: draft, submitted, approved, superseded."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from services.budget.tests.builders import SCHOOL, lead, line, open_estimate, open_production
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from parchemin.budget.estimates.models import Estimate
from parchemin.common.tables import audit_entries
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio


@pytest.fixture
def approver(bearer: Callable[..., dict[str, str]]) -> dict[str, str]:
    return bearer(Role.ADMINISTRATOR, organisation=SCHOOL, subject="staff-two")


async def approved(client: httpx.AsyncClient, approver: dict[str, str], production_id: str) -> httpx.Response:
    opened = await open_estimate(client, production_id, [line()])
    answer = await lead(client, await lead(client, opened, "submitted"), "approved", approver)
    assert answer.status_code == 200, answer.text
    return answer


async def test_an_estimate_is_submitted_sent_back_and_approved_by_somebody_else(
    client: httpx.AsyncClient, approver: dict[str, str]
) -> None:
    opened = await open_estimate(client, await open_production(client), [line()])
    submitted = await lead(client, opened, "submitted")
    assert (submitted.json()["state"], submitted.json()["submitted_by"]) == ("submitted", "staff-one")
    back = await lead(client, submitted, "draft", approver)
    assert (back.json()["state"], back.json()["submitted_by"], back.json()["submitted_at"]) == ("draft", None, None)
    final = await lead(client, await lead(client, back, "submitted"), "approved", approver)
    body = final.json()
    assert (body["state"], body["submitted_by"], body["approved_by"]) == ("approved", "staff-one", "staff-two")
    app = client._transport.app  # type: ignore[attr-defined]  # httpx keeps it
    async with app.state.database.reading() as session:
        trail = await session.execute(select(audit_entries.c.actor, audit_entries.c.action))
        assert [tuple(entry) for entry in trail] == [
            ("staff-one", "estimate.submitted"),
            ("staff-two", "estimate.sent_back"),
            ("staff-one", "estimate.submitted"),
            ("staff-two", "estimate.approved"),
        ]


async def test_nobody_approves_what_they_submitted(client: httpx.AsyncClient) -> None:
    opened = await open_estimate(client, await open_production(client), [line()])
    submitted = await lead(client, opened, "submitted")
    refused = await lead(client, submitted, "approved")
    assert (refused.status_code, refused.json()["code"]) == (409, "approver_is_submitter")
    unchanged = await client.get(f"/v1/estimates/{opened.json()['id']}")
    assert (unchanged.json(), unchanged.headers["etag"]) == (submitted.json(), submitted.headers["etag"])


async def test_a_candidate_submits_and_does_not_approve(
    client: httpx.AsyncClient, bearer: Callable[..., dict[str, str]], approver: dict[str, str]
) -> None:
    zoe = bearer(Role.CANDIDATE, organisation=SCHOOL, subject="zoe")
    opened = await open_estimate(client, await open_production(client, owner_subject="zoe"), [line()])
    submitted = await lead(client, opened, "submitted", zoe)
    assert submitted.status_code == 200, submitted.text
    assert (await lead(client, submitted, "approved", zoe)).json()["code"] == "approver_is_submitter"
    assert (await lead(client, submitted, "approved", approver)).status_code == 200


@pytest.mark.parametrize(
    ("way", "wanted"),
    [
        ([], "draft"),
        ([], "approved"),
        (["submitted"], "submitted"),
        (["submitted", "approved"], "draft"),
        (["submitted", "approved"], "submitted"),
        (["submitted", "approved"], "approved"),
    ],
)
async def test_an_illegal_step_changes_nothing(
    client: httpx.AsyncClient, approver: dict[str, str], way: list[str], wanted: str
) -> None:
    last = await open_estimate(client, await open_production(client), [line()])
    for state in way:
        last = await lead(client, last, state, approver if state == "approved" else None)
        assert last.status_code == 200, last.text
    refused = await lead(client, last, wanted, approver)
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_estimate_step")
    unchanged = await client.get(f"/v1/estimates/{last.json()['id']}")
    assert (unchanged.json(), unchanged.headers["etag"]) == (last.json(), last.headers["etag"])


@pytest.mark.parametrize("wanted", ["superseded", "closed", None])
async def test_other_states_cannot_be_asked_for(client: httpx.AsyncClient, wanted: str | None) -> None:
    opened = await open_estimate(client, await open_production(client))
    url = f"/v1/estimates/{opened.json()['id']}/state"
    refused = await client.put(url, json={"state": wanted}, headers={"If-Match": opened.headers["etag"]})
    assert refused.status_code == 422


async def test_a_step_needs_the_current_version(client: httpx.AsyncClient) -> None:
    opened = await open_estimate(client, await open_production(client))
    assert (await lead(client, opened, "submitted")).status_code == 200
    stale = await lead(client, opened, "submitted")
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


@pytest.mark.parametrize("way", [["submitted"], ["submitted", "approved"]])
async def test_only_a_draft_is_changed(client: httpx.AsyncClient, approver: dict[str, str], way: list[str]) -> None:
    last = await open_estimate(client, await open_production(client), [line()])
    for state in way:
        last = await lead(client, last, state, approver if state == "approved" else None)
    url = f"/v1/estimates/{last.json()['id']}"
    fresh = {"If-Match": last.headers["etag"]}
    for target, body in ((f"{url}/lines", {"lines": []}), (url, {"label": "Autre"})):
        refused = await client.put(target, json=body, headers=fresh)
        assert (refused.status_code, refused.json()["code"]) == (409, "estimate_not_draft")
    assert (await client.get(url)).json() == last.json()


async def test_approving_a_later_version_supersedes_the_current_one(
    client: httpx.AsyncClient, approver: dict[str, str]
) -> None:
    production_id = await open_production(client)
    first = await approved(client, approver, production_id)
    elsewhere = await approved(client, approver, await open_production(client))
    second = await approved(client, approver, production_id)
    superseded = await client.get(f"/v1/estimates/{first.json()['id']}")
    assert (superseded.json()["state"], superseded.json()["total"]) == ("superseded", first.json()["total"])
    refused = await lead(client, superseded, "draft", approver)
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_estimate_step")
    current = await client.get("/v1/estimates", params={"production_id": production_id, "state": "approved"})
    assert [entry["id"] for entry in current.json()["items"]] == [second.json()["id"]]
    assert (await client.get(f"/v1/estimates/{elsewhere.json()['id']}")).json()["state"] == "approved"


async def test_an_earlier_version_does_not_take_the_place_of_a_later_one(
    client: httpx.AsyncClient, approver: dict[str, str]
) -> None:
    production_id = await open_production(client)
    first = await lead(client, await open_estimate(client, production_id), "submitted")
    await approved(client, approver, production_id)
    refused = await lead(client, first, "approved", approver)
    assert (refused.status_code, refused.json()["code"]) == (409, "later_version_approved")


async def test_of_approvals_that_race_one_is_current(client: httpx.AsyncClient, approver: dict[str, str]) -> None:
    production_id = await open_production(client)
    waiting = [await lead(client, await open_estimate(client, production_id), "submitted") for _ in range(5)]
    answers = await asyncio.gather(*(lead(client, estimate, "approved", approver) for estimate in waiting))
    assert {answer.status_code for answer in answers} <= {200, 409}
    listed = (await client.get("/v1/estimates", params={"production_id": production_id})).json()["items"]
    current = [entry["number"] for entry in listed if entry["state"] == "approved"]
    assert current == [5], "the last version is approved whatever came before it"


async def test_versions_opened_at_once_are_numbered_without_a_gap(client: httpx.AsyncClient) -> None:
    production_id = await open_production(client)
    opened = await asyncio.gather(*(open_estimate(client, production_id) for _ in range(6)))
    assert sorted(answer.json()["number"] for answer in opened) == [1, 2, 3, 4, 5, 6]


async def test_the_database_holds_one_approved_version_by_itself(
    client: httpx.AsyncClient, approver: dict[str, str]
) -> None:
    production_id = await open_production(client)
    first = await approved(client, approver, production_id)
    await approved(client, approver, production_id)
    database = client._transport.app.state.database  # type: ignore[attr-defined]  # httpx keeps it
    again = update(Estimate).where(col(Estimate.number) == first.json()["number"]).values(state="approved")
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await session.execute(again)
