"""Four applications behind one origin: a request goes to the service whose resource its path names."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from parchemin.common.http.app import routes_of
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import problem_response

DESCRIPTION = """Runs a French professional certification, from a cohort to its diplomas.

**Errors** are problem details (RFC 9457): branch on `code`; texts are French, or English by `Accept-Language`.
**Updates** take `If-Match` with the ETag that was read. **Repeats** of a POST with the same `Idempotency-Key` get the
first answer. **Lists** come in pages, in the order of last change: follow `next_cursor`, and ask with `updated_since`
for what has changed. **Tokens** are OAuth2 bearer tokens; `parchemin token` makes them for development."""


class ServiceGateway:
    """Dispatches by the first two segments of a path: `/v1/<resource>`."""

    def __init__(self, apps: Mapping[str, FastAPI]) -> None:
        self._apps = {resource: app for app in apps.values() for resource in resources(app)}
        declared = sum(len(set(resources(app))) for app in apps.values())
        if declared != len(self._apps):
            raise ValueError("two services declare the same resource")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._apps.get(resource_of(scope["path"]))
        if app is None:
            await problem_response(Request(scope), NotFound())(scope, receive, send)
        else:
            await app(scope, receive, send)


def resources(app: FastAPI) -> Iterator[str]:
    """Beginnings of the paths that the application answers: `/v1/<resource>`, and its pages."""
    for route in routes_of(app):
        if not route.path.startswith(("/health/", "/metrics")):
            yield resource_of(route.path)


def resource_of(path: str) -> str:
    """The beginning of a path by which its service is found."""
    return "/".join(path.split("/")[:3]) if path.startswith("/v1/") else path


def merged_openapi(apps: Mapping[str, FastAPI]) -> dict[str, Any]:
    """One document for the origin. Names are unique across services; what two share must be the same."""
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Parchemin", "version": "1", "description": DESCRIPTION},
        "paths": {},
        "components": {},
    }
    operations: set[str] = set()
    for app in apps.values():
        document = app.openapi()
        for path, item in document["paths"].items():
            if path.startswith("/health/"):
                continue
            for operation in item.values():
                if operation["operationId"] in operations:
                    raise ValueError(f"two services name an operation {operation['operationId']}")
                operations.add(operation["operationId"])
            merged["paths"][path] = item
        for kind, components in document["components"].items():
            known = merged["components"].setdefault(kind, {})
            for name, component in components.items():
                if known.setdefault(name, component) != component:
                    raise ValueError(f"two services mean different things by {kind} {name}")
    return merged
