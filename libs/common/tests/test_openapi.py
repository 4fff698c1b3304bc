"""The OpenAPI document of a service made by the factory."""

from typing import Any

import httpx
import pytest
import pytest_asyncio
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

pytestmark = pytest.mark.asyncio


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest_asyncio.fixture
async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    return (await client.get("/openapi.json")).json()


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


async def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []


async def test_every_reference_in_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            found = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return found + [ref for value in part.values() for ref in references(value)]
        return [ref for item in part for ref in references(item)] if isinstance(part, list) else []

    for reference in references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in place, reference
            place = place[step]


async def test_each_operation_says_who_may_call_it_and_what_it_refuses(document: dict[str, Any]) -> None:
    described = operations(document)
    ids = [operation["operationId"] for operation in described.values()]
    assert len(ids) == len(set(ids))
    update = described["PUT /v1/notes/{note_id}"]
    assert update["x-roles"] == ["administrator"]
    assert update["x-scope"] == "candidates:write"
    assert update["security"] == [{"bearer": []}]
    assert set(update["responses"]) == {"200", "400", "401", "403", "404", "412", "413", "415", "422", "428"}
    for status, answer in update["responses"].items():
        if status != "200":
            assert answer["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
            assert answer["x-problem-codes"]
    assert "security" not in described["GET /health/live"]


async def test_an_idempotency_key_is_a_matter_of_posts(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        headers = {parameter["name"].lower() for parameter in operation.get("parameters", [])}
        assert ("idempotency-key" in headers) == name.startswith("POST"), name
        assert ("if-match" in headers) == name.startswith("PUT"), name
        if name.startswith("POST"):
            assert {"409", "422", "400"} <= set(operation["responses"])


async def test_no_stock_error_schema_is_left(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in str(document)
