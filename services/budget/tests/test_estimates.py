"""Estimates over HTTP, on both engines: versions, lines, sums, comparison."""

import time
from collections.abc import Callable
from decimal import Decimal

import httpx
import pytest
from services.budget.tests.builders import (
    CHAPTERS,
    DOCUMENTARY,
    OTHER_SCHOOL,
    PERCENTS,
    SCHOOL,
    TOTALS,
    documentary_lines,
    line,
    open_estimate,
    open_production,
    put_lines,
)

from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio


async def test_the_documentary_comes_to_the_same_on_every_engine(client: httpx.AsyncClient) -> None:
    production_id = await open_production(client)
    written = await open_estimate(client, production_id, documentary_lines(), **PERCENTS)
    read = await client.get(f"/v1/estimates/{written.json()['id']}")
    assert read.json() == written.json()
    body = read.json()
    assert {name: body[name] for name in TOTALS} == TOTALS
    assert [chapter["total"] for chapter in body["chapters"]] == CHAPTERS
    assert body["chapters"][7] == {"number": 8, "title": "Postproduction image et son", "total": "2755.50"}
    assert [entry["amount"] for entry in body["lines"]] == [row[-1] for row in DOCUMENTARY]
    assert (body["number"], body["state"], body["currency"]) == (1, "draft", "EUR")
    assert (body["contingency_percent"], body["overhead_percent"]) == ("5.00", "7.50")
    listed = await client.get("/v1/estimates", params={"production_id": production_id})
    (summary,) = listed.json()["items"]
    assert summary == {name: value for name, value in body.items() if name not in {"chapters", "lines"}}


async def test_a_line_keeps_what_was_written(client: httpx.AsyncClient) -> None:
    full = line(
        quantity="2.500", units="0.125", rate="8", phase="post_production", abroad=True, in_kind=True, unit="month"
    )
    written = await open_estimate(client, await open_production(client), [full, line(units="10")])
    first, second = written.json()["lines"]
    assert first == {**full, "quantity": "2.5", "units": "0.125", "rate": "8.00", "amount": "2.50"}
    assert (second["units"], second["phase"], second["abroad"], second["in_kind"]) == ("10", None, False, False)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rate": 281.57}, "string_type"),
        ({"rate": 281}, "string_type"),
        ({"rate": "281.575"}, "string_pattern_mismatch"),
        ({"rate": "-1"}, "string_pattern_mismatch"),
        ({"rate": "1e3"}, "string_pattern_mismatch"),
        ({"rate": "NaN"}, "string_pattern_mismatch"),
        ({"quantity": 2.5}, "string_type"),
        ({"quantity": "0.0001"}, "string_pattern_mismatch"),
        ({"units": "٢"}, "string_pattern_mismatch"),
        ({"unit": "year"}, "enum"),
        ({"account": "18"}, "account_unknown"),
        ({"account": "10"}, "account_unknown"),
        ({"quantity": "1000", "rate": "9999999.99", "units": "1.01"}, "amount_too_large"),
    ],
)
async def test_a_line_that_is_none_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, changes: dict[str, object], code: str
) -> None:
    written = await open_estimate(client, await open_production(client), [line()])
    url = f"/v1/estimates/{written.json()['id']}"
    lines = {"lines": [line(), line(**changes)]}
    refused = await client.put(f"{url}/lines", json=lines, headers={"If-Match": written.headers["etag"]})
    assert refused.status_code == 422, refused.text
    (fault,) = refused.json()["errors"]
    assert fault["code"] == code
    assert fault["pointer"].startswith("/lines/1")
    unchanged = await client.get(url)
    assert (unchanged.json(), unchanged.headers["etag"]) == (written.json(), written.headers["etag"])


async def test_lines_need_the_current_version(client: httpx.AsyncClient) -> None:
    opened = await open_estimate(client, await open_production(client))
    url = f"/v1/estimates/{opened.json()['id']}/lines"
    assert (await client.put(url, json={"lines": []})).status_code == 428
    await put_lines(client, opened, [line()])
    late = await client.put(url, json={"lines": []}, headers={"If-Match": opened.headers["etag"]})
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")


async def test_percentages_and_label_of_a_draft_change(client: httpx.AsyncClient) -> None:
    opened = await open_estimate(client, await open_production(client), [line(rate="1000")])
    url = f"/v1/estimates/{opened.json()['id']}"
    entry = {"label": "Après repérages", "contingency_percent": "10", "overhead_percent": "7.25"}
    changed = await client.put(url, json=entry, headers={"If-Match": opened.headers["etag"]})
    assert changed.status_code == 200, changed.text
    body = changed.json()
    assert (body["label"], body["contingency"], body["overheads"]) == ("Après repérages", "100.00", "72.50")
    assert body["total"] == "1172.50"
    for percent in ("100.01", "-1", "5.125", 5):
        fresh = {"If-Match": changed.headers["etag"]}
        refused = await client.put(url, json={**entry, "contingency_percent": percent}, headers=fresh)
        assert refused.status_code == 422


async def test_a_version_is_copied_with_its_lines_and_percentages(client: httpx.AsyncClient) -> None:
    production_id = await open_production(client)
    first = await open_estimate(client, production_id, documentary_lines(), **PERCENTS)
    second = await open_estimate(client, production_id, label="Révisé", copy_of=first.json()["id"])
    assert second.json()["number"] == 2
    same = ("lines", "chapters", "contingency_percent", "overhead_percent", *TOTALS)
    assert {name: second.json()[name] for name in same} == {name: first.json()[name] for name in same}
    third = await open_estimate(client, production_id, copy_of=first.json()["id"], overhead_percent="0")
    assert (third.json()["number"], third.json()["overheads"]) == (3, "0.00")
    await put_lines(client, second, [])
    assert (await client.get(f"/v1/estimates/{first.json()['id']}")).json() == first.json()


async def test_strangers_find_no_estimate(client: httpx.AsyncClient, bearer: Callable[..., dict[str, str]]) -> None:
    production_id = await open_production(client, owner_subject="zoe")
    opened = await open_estimate(client, production_id)
    url = f"/v1/estimates/{opened.json()['id']}"
    fresh = {"If-Match": opened.headers["etag"]}
    for stranger in (
        bearer(Role.ADMINISTRATOR, organisation=OTHER_SCHOOL),
        bearer(Role.CANDIDATE, organisation=SCHOOL, subject="luc"),
        bearer(Role.CANDIDATE, organisation=OTHER_SCHOOL, subject="zoe"),
    ):
        assert (await client.get(url, headers=stranger)).status_code == 404
        assert (await client.get("/v1/estimates", headers=stranger)).json()["items"] == []
        refused = await client.put(f"{url}/lines", json={"lines": []}, headers={**stranger, **fresh})
        assert refused.status_code == 404
        compared = await client.get(f"{url}/comparison", params={"with": opened.json()["id"]}, headers=stranger)
        assert compared.status_code == 404
        body = {"production_id": production_id, "label": "À moi"}
        assert (await client.post("/v1/estimates", json=body, headers=stranger)).status_code == 404
    zoe = bearer(Role.CANDIDATE, organisation=SCHOOL, subject="zoe")
    assert (await client.get(url, headers=zoe)).json() == opened.json()


async def test_a_repeat_with_the_same_idempotency_key_opens_one_version(client: httpx.AsyncClient) -> None:
    body = {"production_id": await open_production(client), "label": "Devis initial"}
    key = {"Idempotency-Key": "a-key"}
    first = await client.post("/v1/estimates", json=body, headers=key)
    again = await client.post("/v1/estimates", json=body, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len((await client.get("/v1/estimates")).json()["items"]) == 1


async def test_the_longest_estimate_is_written_and_read_within_two_seconds(client: httpx.AsyncClient) -> None:
    lines = [line("7", f"Poste {number} {'é' * 280}", rate=f"{number}.07") for number in range(2_000)]
    opened = await open_estimate(client, await open_production(client))
    started = time.process_time()  # what else the machine does is not counted
    await put_lines(client, opened, lines)
    read = await client.get(f"/v1/estimates/{opened.json()['id']}")
    assert time.process_time() - started < 2
    assert [entry["label"] for entry in read.json()["lines"]] == [entry["label"] for entry in lines]
    assert read.json()["subtotal"] == str(sum(Decimal(str(entry["rate"])) for entry in lines))
    url = f"/v1/estimates/{opened.json()['id']}/lines"
    refused = await client.put(url, json={"lines": [*lines, line()]}, headers={"If-Match": read.headers["etag"]})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "too_long")
