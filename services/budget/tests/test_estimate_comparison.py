"""Versions of an estimate beside each other, on both engines."""

from uuid import UUID

import httpx
import pytest
from services.budget.tests.builders import PERCENTS, documentary_lines, line, open_estimate, open_production, put_lines

pytestmark = pytest.mark.asyncio


async def test_versions_are_copied_and_compared_within_one_production(client: httpx.AsyncClient) -> None:
    one, other = await open_production(client), await open_production(client)
    first, second = await open_estimate(client, one, [line()]), await open_estimate(client, other, [line()])
    body = {"production_id": one, "label": "Copie", "copy_of": second.json()["id"]}
    refused = await client.post("/v1/estimates", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "of_another_production")
    url = f"/v1/estimates/{first.json()['id']}/comparison"
    refused = await client.get(url, params={"with": second.json()["id"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "of_another_production")
    assert (await client.get(url, params={"with": str(UUID(int=9))})).status_code == 404


async def test_two_versions_are_compared_line_by_line(client: httpx.AsyncClient) -> None:
    production_id = await open_production(client)
    first = await open_estimate(client, production_id, documentary_lines(), **PERCENTS)
    second = await open_estimate(client, production_id, copy_of=first.json()["id"])
    lines = [entry for entry in documentary_lines() if entry["label"] != "Caméra"]
    lines[3] = {**lines[3], "quantity": "3"}  # Cadreur: 844.71 in place of 703.93
    await put_lines(client, second, [*lines, line("7", "Grue", rate="100.00")])
    url = f"/v1/estimates/{second.json()['id']}/comparison"
    found = (await client.get(url, params={"with": first.json()["id"]})).json()
    changed = {entry["label"]: entry for entry in found["lines"] if entry["difference"] != "0.00"}
    assert {label: entry["difference"] for label, entry in changed.items()} == {
        "Cadreur": "140.78",
        "Grue": "100.00",
        "Caméra": "-593.19",
    }
    assert (changed["Grue"]["other_amount"], changed["Caméra"]["amount"]) == (None, None)
    assert found["chapters"][6] == {
        "number": 7,
        "title": "Moyens techniques",
        "amount": "357.40",
        "other_amount": "850.59",
        "difference": "-493.19",
    }
    assert found["subtotal"] == {"amount": "21836.11", "other_amount": "22188.52", "difference": "-352.41"}
    # 5 %: 1 091.81 (1 091.8055); 7.5 %: 1 637.71 (1 637.70825)
    assert found["total"] == {"amount": "24565.63", "other_amount": "24962.09", "difference": "-396.46"}
