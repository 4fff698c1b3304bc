"""The four services in one process, one origin, on embedded defaults.

`uvicorn --factory parchemin.standalone.app:create_app` starts it; so does `parchemin serve`.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from parchemin.common import migrations
from parchemin.common.http.metrics import metrics_of
from parchemin.common.outbox import backlog
from parchemin.standalone.gateway import ServiceGateway, merged_openapi
from parchemin.standalone.reference import reference_routes
from parchemin.standalone.services import create_services


def create_app() -> Starlette:
    """The standalone application."""
    services = create_services()
    openapi = merged_openapi(services)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        # All schemas first: the relay of the first service delivers to the consumers of the last.
        for name, app in services.items():
            await migrations.upgrade(app.state.database, name)
        async with AsyncExitStack() as stack:
            for app in services.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> Response:
        waiting = {name: await backlog(app.state.database) for name, app in services.items()}
        return JSONResponse({"status": "ready", "events_waiting": waiting})

    return Starlette(
        routes=[
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/metrics", metrics_of(services.values())),
            *reference_routes(openapi),
            Mount("/", ServiceGateway(services)),
        ],
        lifespan=lifespan,
    )
