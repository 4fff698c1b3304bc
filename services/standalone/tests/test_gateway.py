"""One origin for four services."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from parchemin.common.http.app import routes_of
from parchemin.common.settings import house
from parchemin.standalone.app import create_app, create_services
from parchemin.standalone.gateway import ServiceGateway, merged_openapi

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("PARCHEMIN_VAR", str(tmp_path))
    house.cache_clear()
    app = create_app()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://test"))
    house.cache_clear()


async def test_the_current_referential_is_public_word_for_word_and_cached(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/referentials/current")
    referential = response.json()
    assert response.status_code == 200
    assert [len(referential[part]) for part in ("blocks", "activities", "competencies", "modalities")] == [3, 7, 22, 4]
    assert sum(len(competency["criteria"]) for competency in referential["competencies"]) == 85
    assert next(one for one in referential["competencies"] if one["code"] == "C.18")["statement"] is None
    again = await client.get("/v1/referentials/1.0", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get("/v1/referentials")).json()["items"] == [referential]


async def test_every_service_answers_under_the_one_origin(client: httpx.AsyncClient) -> None:
    for path in ("/v1/candidates", "/v1/sessions", "/v1/productions", "/v1/documents"):
        response = await client.get(path)
        assert (response.status_code, response.json()["code"]) == (401, "unauthenticated"), path
    unknown = await client.get("/v1/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (await client.get("/health/ready")).json()["status"] == "ready"


async def test_the_reference_needs_nothing_from_outside(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert "http" not in page.text.replace("http-equiv", "")
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        assert (await client.get(f"/docs/{asset}")).status_code == 200
    assert (await client.get("/openapi.json")).json()["openapi"] == "3.1.0"
    assert (await client.get("/asyncapi.json")).json()["asyncapi"].startswith("3.")


async def test_the_merged_document_has_every_operation_once() -> None:
    services = create_services()
    merged = merged_openapi(services)
    operations = [operation for path in merged["paths"].values() for operation in path.values()]
    public = [route for app in services.values() for route in routes_of(app) if route.include_in_schema]
    assert len(operations) == len([route for route in public if not route.path.startswith("/health/")])


async def test_two_services_with_one_resource_do_not_start() -> None:
    services = create_services()
    twice = {"candidates": services["candidates"], "again": create_services()["candidates"]}
    with pytest.raises(ValueError, match="same resource"):
        ServiceGateway(twice)
