"""The storage goes and comes back: documents wait for it, and whoever downloads is told to come again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from moto.server import ThreadedMotoServer
from tests.engines.ports import free_port

from parchemin.common.bus import LocalBus
from parchemin.common.storage.store import key_of
from parchemin.contracts.vocabulary import Role
from parchemin.documents.app import create_app
from parchemin.documents.settings import Settings

pytestmark = pytest.mark.asyncio


class Storage:
    """An S3-compatible storage on one port; what it holds outlives its going."""

    def __init__(self) -> None:
        self._port = free_port()
        self._server: ThreadedMotoServer | None = None
        self.origin = f"http://127.0.0.1:{self._port}"

    def come(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", self._port)
        self._server.start()
        httpx.put(f"{self.origin}/awaited")

    def go(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None


@pytest.fixture
def storage() -> Iterator[Storage]:
    made = Storage()
    yield made
    made.go()


async def document_once(client: httpx.AsyncClient, us: dict[str, str], is_so: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(15):
        while True:
            found = (await client.get("/v1/documents", headers=us)).json()["items"]
            if found and is_so(found[0]):
                return found[0]
            await asyncio.sleep(0.05)


async def test_a_document_is_issued_and_fetched_once_the_storage_is_there(
    storage: Storage,
    database_url: Callable[[str], str],
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    bearer: Callable[..., dict[str, str]],
    story: SimpleNamespace,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(
        database_url=database_url("documents"),
        migrate_on_start=False,
        issuing_poll_seconds=0.1,
        bucket_url="s3://awaited/documents",
        bucket_endpoint=storage.origin,
        bucket_region="eu-west-3",
        bucket_access_key_id="documents",
        bucket_secret_access_key="secret",
    )
    bus = LocalBus()
    app = create_app(settings, bus)
    client = await serve(app)
    us = bearer(Role.ADMINISTRATOR, organisation=story.SCHOOL)
    tried = asyncio.Event()
    put = app.state.store.put

    def observed(content: bytes) -> str:
        try:
            return str(put(content))
        finally:
            loop.call_soon_threadsafe(tried.set)

    loop = asyncio.get_running_loop()
    app.state.store.put = observed
    for event in (*story.known(), story.validated()):
        assert await bus.publish([story.message(event)]) == [None]
    async with asyncio.timeout(15):
        await tried.wait()
    assert (await document_once(client, us, lambda _: True))["state"] == "pending"

    await asyncio.to_thread(storage.come)
    issued = await document_once(client, us, lambda it: it["state"] == "issued")
    content = f"/v1/documents/{issued['id']}/content"
    assert key_of((await client.get(content, headers=us)).content) == issued["sha256"]

    await asyncio.to_thread(storage.go)
    answer = await client.get(content, headers=us)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]

    await asyncio.to_thread(storage.come)
    assert key_of((await client.get(content, headers=us)).content) == issued["sha256"]
