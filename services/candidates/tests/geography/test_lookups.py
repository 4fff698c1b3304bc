"""Looking communes and countries up, for a form."""

import httpx
import pytest

pytestmark = pytest.mark.asyncio


async def test_communes_are_found_by_the_beginning_of_their_name_at_a_date(client: httpx.AsyncClient) -> None:
    found = await client.get("/v1/communes", params={"q": "AJACC", "born_on": "1970"})
    assert found.status_code == 200, found.text
    assert [(item["code"], item["until"]) for item in found.json()["items"]] == [("20004", "1976-01-01")]
    many = (await client.get("/v1/communes", params={"q": "st", "limit": 3})).json()
    assert len(many["items"]) == 3
    assert many["more"]
    assert (await client.get("/v1/communes", params={"q": "ajaccio", "born_on": "1970-13"})).status_code == 422


async def test_countries_have_the_insee_code_of_a_birth_there(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v1/countries")).json()
    assert {"code": "SN", "name_fr": "Sénégal", "name_en": "Senegal", "insee_code": "99341", "french": False} in answer[
        "items"
    ]
