"""A client of the API as a careful program writes it: every POST carries an idempotency key, every update the ETag
that was read, and what was cut off in between is tried again."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import stamina

Json = dict[str, Any]


class Refused(Exception):
    """The API answered with a problem."""

    def __init__(self, request: str, status: int, problem: Json) -> None:
        self.code = str(problem.get("code", status))
        details = "; ".join(str(error.get("detail")) for error in problem.get("errors", []))
        said = problem.get("detail", "")
        super().__init__(f"{request}: {status} {self.code}: {said}{' (' + details + ')' if details else ''}")


class Away(Exception):
    """The server is gone for the moment, or asks to come again."""


class Caller:
    """One person or program with a token."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._authorization = {"Authorization": f"Bearer {token}"}

    async def post(self, path: str, body: Json, *, key: str) -> "Resource":
        """Make something; a repeat with the same key makes nothing new."""
        return _resource(await self._send("POST", path, json=body, headers={"Idempotency-Key": key}))

    async def get(self, path: str, **query: object) -> "Resource":
        """Read something."""
        return _resource(await self._send("GET", path, params=query))

    async def bytes(self, path: str) -> bytes:
        """Read a file."""
        return (await self._send("GET", path)).content

    async def items(self, path: str, **query: object) -> AsyncIterator[Json]:
        """All items of a list, page by page."""
        cursor: str | None = None
        while True:
            page = await self.get(path, limit=100, **query, **({"cursor": cursor} if cursor else {}))
            for item in page.body["items"]:
                yield item
            cursor = page.body["next_cursor"]
            if cursor is None:
                return

    async def put(self, path: str, body: Json, *, of: "Resource", at: str, done: Callable[[Json], bool]) -> "Resource":
        """Change the resource `of`, which is read at `at`, unless it is `done` already.

        Where the answer to a change was lost, or somebody else was faster, it is read again and decided anew.
        """
        while True:
            try:
                return _resource(await self._send("PUT", path, json=body, headers={"If-Match": of.etag}))
            except Refused as refusal:
                if refusal.code != "stale_version":
                    raise
            of = await self.get(at)
            if done(of.body):
                return of

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {**self._authorization, **request.pop("headers", {})}
        async for attempt in stamina.retry_context(
            on=(httpx.TransportError, Away), attempts=None, timeout=90, wait_initial=0.05, wait_max=1
        ):
            with attempt:
                response = await self._http.request(method, path, headers=headers, **request)
                if response.status_code in {500, 502, 503} or _is_in_progress(response):
                    raise Away(f"{method} {path}: {response.status_code}")
        if response.is_error:
            raise Refused(f"{method} {path}", response.status_code, _problem(response))
        return response


class Resource:
    """What was read, with its ETag."""

    def __init__(self, body: Json, etag: str) -> None:
        self.body = body
        self.etag = etag

    @property
    def id(self) -> str:
        """Its identifier."""
        return str(self.body["id"])


def _resource(response: httpx.Response) -> Resource:
    return Resource(response.json(), response.headers.get("etag", ""))


def _is_in_progress(response: httpx.Response) -> bool:
    return response.status_code == 409 and _problem(response).get("code") == "request_in_progress"


def _problem(response: httpx.Response) -> Json:
    try:
        problem = response.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
