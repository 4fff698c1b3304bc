"""deploy/gateway in a real Caddy, with a listener in the place of each process behind it."""

import asyncio
import os
import re
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from tests.deploy.resources import public_paths, resource

from parchemin.common.problems import NotFound
from parchemin.common.problems.errors import DomainError
from parchemin.common.problems.http import Unavailable
from parchemin.common.problems.representation import describe
from parchemin.evaluations.settings import Settings

pytestmark = pytest.mark.asyncio

CADDYFILE = Path(__file__).parents[2] / "deploy" / "gateway" / "Caddyfile"
BEHIND = ("candidates", "evaluations", "budget", "documents", "reference", "identity")
READY_SECONDS = 20.0


async def test_every_route_of_every_service_gets_to_that_service(client: httpx.AsyncClient) -> None:
    for service, paths in public_paths().items():
        for path in sorted(paths):
            response = await client.get(re.sub(r"{[^}]*}", "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55", path))
            assert response.headers.get("x-answered-by") == service, path


async def test_the_file_names_the_resources_of_the_services_and_no_others() -> None:
    text = CADDYFILE.read_text()
    for service, paths in public_paths().items():
        [listed] = re.findall(rf"@{service} path (.*)", text)
        resources = {resource(path) for path in paths}
        assert set(listed.split()) == resources | {f"{one}/*" for one in resources if one.startswith("/v1/")}


async def test_the_reference_and_signing_in_are_of_the_same_origin(client: httpx.AsyncClient) -> None:
    for path in ("/", "/docs", "/docs/swagger-ui.css", "/openapi.json", "/asyncapi.json"):
        assert (await client.get(path)).headers["x-answered-by"] == "reference", path
    token = await client.post("/identity/realms/parchemin/protocol/openid-connect/token")
    assert token.headers["x-answered-by"] == "identity"


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/health/live",
        "/health/ready",
        "/v1/nothing",
        "/v1/candidatesandmore",
        "/v1/candidates/../../metrics",
        "/v1/candidates/%2e%2e/%2e%2e/metrics",
        "//metrics",
        "/identity/admin/master/console/",
        "/identity/realms/master/protocol/openid-connect/token",
        "/identity/metrics",
    ],
)
async def test_probes_metrics_and_administration_are_not_of_the_public_origin(
    client: httpx.AsyncClient, path: str
) -> None:
    url = client.base_url.copy_with(raw_path=path.encode())
    response = await client.get(url)
    assert response.status_code == 404
    assert "x-answered-by" not in response.headers
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == _problem(NotFound())


async def test_a_part_of_a_film_goes_through(client: httpx.AsyncClient) -> None:
    most = Settings.model_fields["submissions_part_bytes"].default
    response = await client.put("/v1/uploads/0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55/parts/1", content=bytes(most))
    assert (response.status_code, response.headers["x-answered-by"]) == (204, "evaluations")
    assert response.headers["x-body-bytes"] == str(most)


async def test_a_service_that_is_away_is_said_as_the_services_say_it(gateway: "Gateway") -> None:
    async with httpx.AsyncClient(base_url=gateway.origin) as client:
        gateway.listeners["budget"].close()
        await gateway.listeners["budget"].wait_closed()
        response = await client.get("/v1/estimates")
        assert response.status_code == 503
        assert response.json() == _problem(Unavailable())
        assert response.headers["retry-after"] == "2"
        assert (await client.get("/v1/candidates")).headers["x-answered-by"] == "candidates"


class Gateway:
    """Caddy on a port of its own, in front of a listener for each process behind it."""

    def __init__(self, origin: str, listeners: dict[str, asyncio.Server]) -> None:
        self.origin = origin
        self.listeners = listeners


@pytest_asyncio.fixture
async def gateway(tool: Callable[[str], str]) -> AsyncIterator[Gateway]:
    async with AsyncExitStack() as stack:
        listeners = {name: await asyncio.start_server(_answer_as(name), "127.0.0.1", 0) for name in BEHIND}
        for listener in listeners.values():
            stack.callback(listener.close)
        upstreams = {
            f"PARCHEMIN_{name.upper()}_UPSTREAM": "{}:{}".format(*listener.sockets[0].getsockname())
            for name, listener in listeners.items()
        }
        home = stack.enter_context(tempfile.TemporaryDirectory())
        origin = f"http://127.0.0.1:{_free_port()}"
        caddy = await asyncio.create_subprocess_exec(
            *(tool("caddy"), "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"),
            env={
                "PATH": os.environ["PATH"],
                "HOME": home,
                "PARCHEMIN_PUBLIC_URL": origin,
                "PARCHEMIN_GATEWAY_PROBE_PORT": str(_free_port()),
                **upstreams,
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.push_async_callback(caddy.wait)
        stack.callback(caddy.terminate)
        await _answers(origin)
        yield Gateway(origin, listeners)


@pytest_asyncio.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=gateway.origin) as client:
        yield client


def _answer_as(name: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        writer.write(
            b"HTTP/1.1 204 No Content\r\nConnection: close\r\n"
            + f"X-Answered-By: {name}\r\nX-Body-Bytes: {len(body)}\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return answer


async def _answers(origin: str) -> None:
    """Wait until Caddy listens; only an attempt can tell."""
    async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient() as client:
        while True:
            try:
                await client.get(origin)
                return
            except httpx.TransportError:
                await asyncio.sleep(0.02)


def _problem(error: DomainError) -> dict[str, object]:
    return describe(error, "fr").model_dump(exclude={"request_id", "trace_id"})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
