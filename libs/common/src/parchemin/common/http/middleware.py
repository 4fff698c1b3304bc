"""What surrounds every request: request id, trace, log line, latency, body limit, and the last resort against a
defect."""

import re
import time
from collections.abc import Mapping

import structlog
from asgi_correlation_id import CorrelationIdMiddleware
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parchemin.common.ids import new_id
from parchemin.common.metrics import request_answered
from parchemin.common.problems.errors import DomainError
from parchemin.common.problems.http import BodyTooLarge, ServerFault
from parchemin.common.problems.representation import problem_response
from parchemin.common.tracing import Span, SpanKind, StatusCode, span

log = structlog.get_logger()

_REQUEST_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
_PROBES = ("/health/", "/metrics")
"""Asked all day long by machines: no trace is kept of it."""
_SECURITY_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))


class LimitedBody(HTTPException):
    """Passes through FastAPI's reading of the body; becomes `BodyTooLarge`."""

    def __init__(self, limit: int) -> None:
        super().__init__(413)
        self.limit = limit


class RequestContext:
    """Gives the request its span, its log line and its place in the metrics, and keeps bodies under the limit."""

    def __init__(self, app: ASGIApp, max_body_bytes: int, larger_bodies: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._larger_bodies = [(re.compile(path), limit) for path, limit in (larger_bodies or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # as GET; the server sends no content (RFC 9110 §9.3.2)
            scope = {**scope, "method": "GET"}
            send = _without_content(send)
        request = Request(scope)
        started = time.perf_counter()
        with span(
            scope["method"],
            service=scope["app"].state.service.name,
            parent=request.headers.get("traceparent"),
            kind=SpanKind.SERVER,
            recorded=not scope["path"].startswith(_PROBES),
        ) as current:
            status = await self._respond(request, receive, send)
            _conclude(request, status, time.perf_counter() - started, current)

    async def _respond(self, request: Request, receive: Receive, send: Send) -> int:
        """Answer; returns the status, 0 where the client went away before."""
        status = 0

        async def observe(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                headers.extend(_SECURITY_HEADERS)
                if not any(name.lower() == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        try:
            limit = self._limit(request)
            if _is_declared_larger(request, limit):
                await self._problem(BodyTooLarge(limit=limit), request, receive, observe)
            else:
                await self._app(request.scope, _limited(receive, limit), observe)
        except ClientDisconnect:
            log.info("client_disconnected")
        except Exception as error:  # the last resort: a defect is answered as a problem, and logged whole
            log.error("unhandled_error", exc_info=error)
            if status == 0:
                await self._problem(ServerFault(), request, receive, observe)
        return status

    def _limit(self, request: Request) -> int:
        if request.method != "PUT":
            return self._max_body_bytes
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        return next((limit for known, limit in self._larger_bodies if known.fullmatch(path)), self._max_body_bytes)

    async def _problem(self, error: DomainError, request: Request, receive: Receive, send: Send) -> None:
        await problem_response(request, error)(request.scope, receive, send)


def _is_declared_larger(request: Request, limit: int) -> bool:
    declared = request.headers.get("content-length", "0")
    return declared.isascii() and declared.isdigit() and int(declared) > limit


def _limited(receive: Receive, limit: int) -> Receive:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise LimitedBody(limit)
        return message

    return limited


def _conclude(request: Request, status: int, seconds: float, current: Span) -> None:
    """Tell of the request by the template of its route: a path has ids in it, or whatever a caller typed."""
    scope = request.scope
    route: str | None = getattr(scope.get("route"), "path", None)
    method = request.method
    log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
    request_answered(scope["app"].state.service.name, method=method, route=route, status=status, seconds=seconds)
    if current.is_recording():
        current.update_name(f"{method} {route}" if route else method)
        told = {"http.request.method": method, "http.route": route, "http.response.status_code": status or None}
        current.set_attributes({name: value for name, value in told.items() if value is not None})
        if status >= 500:
            current.set_status(StatusCode.ERROR)


def _without_content(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headers_only


def with_request_id(app: ASGIApp) -> ASGIApp:
    """Give each request an id: the caller's `X-Request-ID` where it is well formed, else a new one."""
    return CorrelationIdMiddleware(
        app,
        header_name="X-Request-ID",
        generator=lambda: new_id().hex,
        validator=lambda value: _REQUEST_ID.match(value) is not None,
    )
