"""What each service answers for, as its own routes say."""

from collections.abc import Mapping

from fastapi import FastAPI

from parchemin.common.http.app import routes_of
from parchemin.standalone.services import create_services


def public_paths(apps: Mapping[str, FastAPI] | None = None) -> dict[str, set[str]]:
    """For each service, the paths of its routes that belong to the public origin."""
    return {
        name: {route.path for route in routes_of(app) if not route.path.startswith(("/health", "/metrics"))}
        for name, app in (apps or create_services()).items()
    }


def resource(path: str) -> str:
    """`/v1/<resource>`, or the whole path of what is not under /v1: what a gateway routes by."""
    return "/".join(path.split("/")[:3]) if path.startswith("/v1/") else path
