"""Productions over HTTP, on both engines."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from services.budget.tests.builders import ENROLMENT, FOREIGN_ENROLMENT, OTHER_SCHOOL, SCHOOL, open_estimate, production

from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

Bearer = Callable[..., dict[str, str]]


async def test_a_production_is_opened_for_an_enrolment_and_read_again(client: httpx.AsyncClient) -> None:
    opened = await client.post("/v1/productions", json=production())
    assert opened.status_code == 201, opened.text
    body = opened.json()
    assert (body["currency"], body["owner_subject"], body["enrolment_id"]) == ("EUR", None, str(ENROLMENT))
    url = f"/v1/productions/{body['id']}"
    assert (await client.get(url)).json() == body
    assert (await client.get(url, headers={"If-None-Match": opened.headers["etag"]})).status_code == 304
    listed = await client.get("/v1/productions", params={"enrolment_id": str(ENROLMENT)})
    assert listed.json() == {"items": [body], "next_cursor": None}


async def test_an_enrolment_of_another_school_is_as_unknown_as_none_at_all(client: httpx.AsyncClient) -> None:
    for enrolment in (FOREIGN_ENROLMENT, uuid4()):
        refused = await client.post("/v1/productions", json=production(enrolment_id=str(enrolment)))
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_another_school_sees_nothing(client: httpx.AsyncClient, bearer: Bearer) -> None:
    opened = await client.post("/v1/productions", json=production())
    url = f"/v1/productions/{opened.json()['id']}"
    stranger = bearer(Role.ADMINISTRATOR, organisation=OTHER_SCHOOL)
    assert (await client.get(url, headers=stranger)).status_code == 404
    assert (await client.get("/v1/productions", headers=stranger)).json()["items"] == []
    change = await client.put(url, json=entry(), headers={**stranger, "If-Match": opened.headers["etag"]})
    assert change.status_code == 404


def entry(**changes: object) -> dict[str, object]:
    return {name: value for name, value in production(**changes).items() if name != "enrolment_id"}


async def test_a_candidate_sees_and_changes_the_own_production_only(client: httpx.AsyncClient, bearer: Bearer) -> None:
    zoe = bearer(Role.CANDIDATE, organisation=SCHOOL, subject="zoe")
    luc = bearer(Role.CANDIDATE, organisation=SCHOOL, subject="luc")
    opened = await client.post("/v1/productions", json=production(), headers=zoe)
    assert (opened.status_code, opened.json()["owner_subject"]) == (201, "zoe")
    url = f"/v1/productions/{opened.json()['id']}"
    assert (await client.get(url, headers=luc)).status_code == 404
    assert (await client.get("/v1/productions", headers=luc)).json()["items"] == []
    fresh = {"If-Match": opened.headers["etag"]}
    assert (await client.put(url, json=entry(), headers={**luc, **fresh})).status_code == 404
    changed = await client.put(url, json=entry(title="Rives"), headers={**zoe, **fresh})
    assert (changed.json()["title"], changed.json()["owner_subject"]) == ("Rives", "zoe")


async def test_a_candidate_names_nobody_else_and_finds_no_enrolment_of_somebody_elses(
    client: httpx.AsyncClient, bearer: Bearer
) -> None:
    zoe = bearer(Role.CANDIDATE, organisation=SCHOOL, subject="zoe")
    luc = bearer(Role.CANDIDATE, organisation=SCHOOL, subject="luc")
    refused = await client.post("/v1/productions", json=production(owner_subject="luc"), headers=zoe)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await client.post("/v1/productions", json=production(), headers=zoe)).status_code == 201
    assert (await client.post("/v1/productions", json=production(), headers=luc)).status_code == 404


async def test_staff_hand_a_production_to_a_candidate(client: httpx.AsyncClient, bearer: Bearer) -> None:
    opened = await client.post("/v1/productions", json=production())
    url = f"/v1/productions/{opened.json()['id']}"
    zoe = bearer(Role.CANDIDATE, organisation=SCHOOL, subject="zoe")
    assert (await client.get(url, headers=zoe)).status_code == 404
    handed = await client.put(url, json=entry(owner_subject="zoe"), headers={"If-Match": opened.headers["etag"]})
    assert handed.status_code == 200, handed.text
    assert (await client.get(url, headers=zoe)).status_code == 200


async def test_a_change_needs_the_current_version(client: httpx.AsyncClient) -> None:
    opened = await client.post("/v1/productions", json=production())
    url = f"/v1/productions/{opened.json()['id']}"
    assert (await client.put(url, json=entry())).status_code == 428
    first = await client.put(url, json=entry(title="Rives"), headers={"If-Match": opened.headers["etag"]})
    assert first.status_code == 200, first.text
    late = await client.put(url, json=entry(), headers={"If-Match": opened.headers["etag"]})
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert (await client.get(url)).json()["title"] == "Rives"


async def test_currency_and_chart_stay_once_there_is_an_estimate(client: httpx.AsyncClient) -> None:
    opened = await client.post("/v1/productions", json=production())
    url = f"/v1/productions/{opened.json()['id']}"
    swiss = await client.put(url, json=entry(currency="CHF"), headers={"If-Match": opened.headers["etag"]})
    assert swiss.json()["currency"] == "CHF"
    await open_estimate(client, opened.json()["id"])
    fresh = {"If-Match": swiss.headers["etag"]}
    refused = await client.put(url, json=entry(currency="EUR"), headers=fresh)
    assert (refused.status_code, refused.json()["code"]) == (409, "production_has_estimates")
    assert (await client.put(url, json=entry(currency="CHF", title="Rives"), headers=fresh)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": "EURO"}, "string_pattern_mismatch"),
        ({"currency": 978}, "string_type"),
        ({"kind": "opera"}, "enum"),
        ({"duration_minutes": 0}, "greater_than_equal"),
        ({"budget": "1.00"}, "extra_forbidden"),
    ],
)
async def test_what_is_no_production_is_refused(
    client: httpx.AsyncClient, changes: dict[str, object], code: str
) -> None:
    refused = await client.post("/v1/productions", json=production(**changes))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)


@pytest.mark.parametrize("currency", ["JPY", "XPF", "ABC"])
async def test_a_currency_without_cents_is_refused(client: httpx.AsyncClient, currency: str) -> None:
    refused = await client.post("/v1/productions", json=production(currency=currency))
    assert (refused.status_code, refused.json()["code"]) == (422, "currency_refused")


async def test_a_chart_that_is_not_there_is_refused(client: httpx.AsyncClient) -> None:
    refused = await client.post("/v1/productions", json=production(chart_of_accounts="cnc-feature-1998"))
    assert (refused.status_code, refused.json()["code"]) == (422, "chart_of_accounts_unknown")


@pytest.mark.parametrize("role", [Role.JURY_MEMBER, Role.JURY_PRESIDENT, Role.DISABILITY_OFFICER, Role.CERTIFIER])
async def test_other_roles_have_no_access(client: httpx.AsyncClient, bearer: Bearer, role: Role) -> None:
    caller = bearer(role, organisation=SCHOOL, scopes=["budget:read", "budget:write"])
    assert (await client.get("/v1/productions", headers=caller)).status_code == 403
    assert (await client.post("/v1/productions", json=production(), headers=caller)).status_code == 403
    assert (await client.get(f"/v1/estimates/{UUID(int=1)}", headers=caller)).status_code == 403


async def test_a_program_does_what_its_scopes_say(client: httpx.AsyncClient, bearer: Bearer) -> None:
    reading = bearer(Role.CLIENT, organisation=SCHOOL, scopes=["budget:read"])
    writing = bearer(Role.CLIENT, organisation=SCHOOL, scopes=["budget:read", "budget:write"])
    assert (await client.post("/v1/productions", json=production(), headers=reading)).status_code == 403
    assert (await client.post("/v1/productions", json=production(), headers=writing)).status_code == 201
    assert len((await client.get("/v1/productions", headers=reading)).json()["items"]) == 1


async def test_a_repeat_with_the_same_idempotency_key_opens_one_production(client: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "a-key"}
    first = await client.post("/v1/productions", json=production(), headers=key)
    again = await client.post("/v1/productions", json=production(), headers=key)
    assert (again.status_code, again.json(), again.headers["etag"]) == (201, first.json(), first.headers["etag"])
    assert len((await client.get("/v1/productions")).json()["items"]) == 1
