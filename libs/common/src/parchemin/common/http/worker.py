"""The work of services in a process of its own: what `parchemin work` runs. Its HTTP is for probes and metrics only."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parchemin.common.background import Background
from parchemin.common.http.metrics import measured, metrics_page
from parchemin.common.logs import configure_logs
from parchemin.common.service import Service, opened, subscribe, working
from parchemin.common.settings import house


def create_worker_app(services: Sequence[Service]) -> Starlette:
    """The relays, consumers and own tasks of these services, as an ASGI application whose lifespan they are."""
    configure_logs(house().log_level)
    for service in services:
        subscribe(service)
    background = Background()
    asked = [measured(service) for service in services]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for service in services:
                await stack.enter_async_context(opened(service))
            for service in services:
                await stack.enter_async_context(working(service, background))
            yield

    def faults() -> list[str]:
        stopped = [f"{name} has ended" for name in sorted(background.failed)]
        return stopped + [fault for service in services if (fault := service.bus.fault()) is not None]

    async def live(_request: Request) -> Response:
        found = faults()
        return JSONResponse({"status": "failed" if found else "live", "faults": found}, 503 if found else 200)

    async def ready(request: Request) -> Response:
        for service in services:
            try:
                async with service.database.reading() as session:
                    await session.execute(text("SELECT 1"))
            except Exception as error:
                return JSONResponse({"status": "unavailable", "cause": type(error).__name__}, 503)
        return await live(request)

    async def metrics(_request: Request) -> Response:
        return await metrics_page(asked)

    return Starlette(
        routes=[Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)],
        lifespan=lifespan,
    )
