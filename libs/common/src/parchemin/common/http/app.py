"""The application factory: every service is made by it, so that all answer alike."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from parchemin.common.auth.access import Access, public
from parchemin.common.auth.keys import JwksUrl, KeySource, LocalKey
from parchemin.common.auth.tokens import TokenVerifier
from parchemin.common.background import Background
from parchemin.common.http import health, metrics, openapi
from parchemin.common.http.middleware import RequestContext, with_request_id
from parchemin.common.http.unit_of_work import TransactionalRoute, writing_session
from parchemin.common.logs import configure_logs
from parchemin.common.problems import handlers
from parchemin.common.problems.http import MethodNotAllowed
from parchemin.common.problems.representation import problem_response
from parchemin.common.service import Service, opened, subscribe, working
from parchemin.common.settings import AuthSettings, house


def create_service_app(service: Service) -> FastAPI:
    """The service as an ASGI application; where it works inside of it, with that work in its lifespan."""
    configure_logs(house().log_level)
    routers = [*service.routers, health.router, metrics.router]
    routes = [_checked(route) for router in routers for route in router.routes]
    app = FastAPI(
        title=service.title,
        version="1",
        lifespan=_lifespan(service),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # its redirect would name the host that the client says
    )
    app.router.routes.extend(routes)  # as they are: to include their routers would make each of them anew at first use
    subscribe(service)
    app.state.background = Background()
    app.state.routes = routes
    app.state.settings = service.settings
    app.state.database = service.database
    app.state.requests_in_progress = set()
    app.state.service = service
    for name, value in service.state.items():
        setattr(app.state, name, value)
    handlers.install(app)
    app.add_exception_handler(405, _method_not_allowed(routes))
    app.add_middleware(
        RequestContext, max_body_bytes=service.settings.max_body_bytes, larger_bodies=service.larger_bodies
    )
    app.add_middleware(with_request_id)

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.build(app, routes, description=service.description)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
    return app


def _checked(route: BaseRoute) -> APIRoute:
    """An operation that says who may call it, and runs in a unit of work where it writes."""
    if not isinstance(route, APIRoute):  # a router within a router, a mounted application: not seen through here
        raise ValueError(f"{route!r} is not an operation whose access can be checked")
    calls = list(openapi.calls_of(route))
    if not any(isinstance(call, Access) or call is public for call in calls):
        raise ValueError(f"{route.path} declares no access")
    if writing_session in calls and not isinstance(route, TransactionalRoute):
        raise ValueError(f"{route.path} writes, and its router has no route_class=TransactionalRoute")
    return route


def routes_of(app: FastAPI) -> Sequence[APIRoute]:
    """The operations of an application that the factory made."""
    routes: Sequence[APIRoute] = app.state.routes
    return routes


def _method_not_allowed(routes: Sequence[APIRoute]) -> Callable[[Request, Exception], Response]:
    """405 with the methods of all routes of the path: stock routing names those of the first one only."""

    def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - Starlette's signature is wider
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        matching = [route for route in routes if route.path_regex.match(path)]
        allowed = {method for route in matching for method in route.methods or ()}
        if "GET" in allowed:
            allowed.add("HEAD")
        headers = {"Allow": ", ".join(sorted(allowed)) or (error.headers or {}).get("Allow", "")}
        return problem_response(request, MethodNotAllowed(headers=headers))

    return handle


def _lifespan(service: Service) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(opened(service))
            keys = await _key_source(stack)
            app.state.token_verifier = TokenVerifier(AuthSettings(), keys)
            if house().work == "inside":
                await stack.enter_async_context(working(service, app.state.background))
            yield

    return lifespan


async def _key_source(stack: AsyncExitStack) -> KeySource:
    settings = AuthSettings()
    if settings.jwks_url is None:
        return LocalKey(house().var / "keys")
    client = await stack.enter_async_context(httpx.AsyncClient())
    return JwksUrl(settings.jwks_url, client)
