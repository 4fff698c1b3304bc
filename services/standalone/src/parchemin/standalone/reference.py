"""The API reference: Swagger UI, shipped with the product, so that it needs no network and tells nobody."""

from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from parchemin.contracts.catalogue import asyncapi
from parchemin.standalone.gateway import merged_openapi
from parchemin.standalone.services import create_services

SHIPPED = files("parchemin.standalone") / "static" / "swagger-ui"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parchemin: API reference</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: '/openapi.json', dom_id: '#reference', deepLinking: true, filter: true, docExpansion: 'list',
  defaultModelsExpandDepth: 0, persistAuthorization: false, tryItOutEnabled: true, validatorUrl: null,
})
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def reference_routes(openapi: dict[str, Any]) -> list[BaseRoute]:
    """`/docs`, and the two documents that describe the product."""

    async def start(_request: Request) -> Response:
        return RedirectResponse("/docs")

    async def page(_request: Request) -> Response:
        return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})

    async def openapi_document(_request: Request) -> Response:
        return JSONResponse(openapi)

    async def asyncapi_document(_request: Request) -> Response:
        return JSONResponse(asyncapi())

    return [
        Route("/", start),
        Route("/docs", page),
        _asset("swagger-ui-bundle.js", "text/javascript", (SHIPPED / "swagger-ui-bundle.js").read_bytes()),
        _asset("swagger-ui.css", "text/css", (SHIPPED / "swagger-ui.css").read_bytes()),
        _asset("start.js", "text/javascript", START.encode()),
        Route("/openapi.json", openapi_document),
        Route("/asyncapi.json", asyncapi_document),
    ]


def _asset(name: str, media_type: str, content: bytes) -> Route:
    async def asset(_request: Request) -> Response:
        return Response(content, media_type=media_type, headers={"Cache-Control": "public, max-age=3600"})

    return Route(f"/docs/{name}", asset)


def create_app() -> Starlette:
    """The reference alone: the process behind `/docs` of an installation whose services run apart."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    probes = [Route("/health/live", live), Route("/health/ready", live)]
    return Starlette(routes=[*reference_routes(merged_openapi(create_services())), *probes])
