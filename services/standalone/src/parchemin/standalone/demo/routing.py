"""A gateway on the client's side: the services of an installation behind one origin, without a process for it."""

from collections.abc import Mapping

import httpx

from parchemin.standalone.gateway import resource_of

LIMITS = httpx.Limits(max_connections=100, keepalive_expiry=2.0)
"""Connections that are idle are closed before the servers do (after 5 s): a request would meet one that is closing."""


class RoutingTransport(httpx.AsyncBaseTransport):
    """Sends a request to the origin (`http://host:port`) of the service whose resource its path names."""

    def __init__(self, origins: Mapping[str, str]) -> None:
        self._origins = {resource: httpx.URL(origin) for resource, origin in origins.items()}
        self._transport = httpx.AsyncHTTPTransport(limits=LIMITS)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """As httpx says; KeyError where no service has the resource."""
        origin = self._origins[resource_of(request.url.path)]
        request.url = request.url.copy_with(scheme=origin.scheme, host=origin.host, port=origin.port)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()
