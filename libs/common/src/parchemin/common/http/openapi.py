"""The OpenAPI 3.1 document: what FastAPI derives, plus what the shared HTTP layer adds to each operation."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from parchemin.common.auth.access import Access
from parchemin.common.fields import Fields
from parchemin.common.http.unit_of_work import TransactionalRoute
from parchemin.common.problems import Forbidden, NotFound, Unprocessable, http
from parchemin.common.problems.errors import DomainError
from parchemin.common.problems.representation import Problem, documented


def build(app: FastAPI, routes: Iterable[APIRoute], *, description: str) -> dict[str, Any]:
    """The document of one service."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=description,
        routes=app.routes,
    )
    for route in routes:
        if not route.include_in_schema:
            continue
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            _complete(operation, route)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for stock in ("HTTPValidationError", "ValidationError"):
        schemas.pop(stock, None)
    _, problem = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    schemas.update(problem["$defs"])
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def access_of(route: APIRoute) -> Access | None:
    """The access that a route declares, if any."""
    return next((call for call in _calls(route.dependant) if isinstance(call, Access)), None)


def calls_of(route: APIRoute) -> Iterable[Any]:
    """Every dependency that a route rests on."""
    return _calls(route.dependant)


def _calls(dependant: Dependant) -> Iterable[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    errors: list[type[DomainError]] = []
    operation["summary"] = route.summary or route.name.replace("_", " ").capitalize()
    access = access_of(route)
    if access is not None:
        errors += [http.Unauthenticated, Forbidden]
        roles = ", ".join(sorted(access.roles))
        who = f"Roles: {roles}. Scope: `{access.scope}`."
        operation["description"] = "\n\n".join(filter(None, [operation.get("description"), who]))
        operation["x-roles"] = sorted(access.roles)
        operation["x-scope"] = access.scope
    if "requestBody" in operation:
        errors += [http.MalformedBody, http.BodyTooLarge, http.UnsupportedMediaType]
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
        errors.append(NotFound)
    errors += _complete_headers(operation, next(iter(route.methods or ())))
    _complete_fields(operation, route)
    responses = operation["responses"]
    stock = responses.get("422", {}).get("content", {}).get("application/json", {})
    if "HTTPValidationError" in str(stock):
        del responses["422"]
    if stock or isinstance(route, TransactionalRoute):
        errors.insert(0, Unprocessable)
    for status, entry in documented(*errors).items():
        known = responses.get(str(status))
        if known is None:
            responses[str(status)] = entry
        else:
            codes = [code for code in entry["x-problem-codes"] if code not in known.get("x-problem-codes", [])]
            known["x-problem-codes"] = [*known.get("x-problem-codes", []), *codes]
    operation["responses"] = dict(sorted(responses.items()))


def _complete_fields(operation: dict[str, Any], route: APIRoute) -> None:
    """Describe `fields` as it is meant: names of the view's members, with commas between them."""
    fields = next((call for call in calls_of(route) if isinstance(call, Fields)), None)
    for parameter in operation.get("parameters", []):
        if fields is not None and parameter["name"] == "fields":
            parameter |= {"style": "form", "explode": False, "schema": fields.schema}


def _complete_headers(operation: dict[str, Any], method: str) -> list[type[DomainError]]:
    """Describe the two headers as they are meant; returns the errors that come with them.

    To FastAPI both are optional texts, since their absence and their form have answers of their own (428, 400).
    """
    errors: list[type[DomainError]] = []
    headers = {place["name"].lower(): place for place in operation.get("parameters", []) if place["in"] == "header"}
    if "if-match" in headers:
        headers["if-match"] |= {"required": True, "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'}}
        errors += [http.StaleVersion, http.PreconditionRequired]
    if "idempotency-key" in headers and method == "POST":
        headers["idempotency-key"]["schema"] = {"type": "string", "pattern": r'^"?[\x21-\x7e]{1,255}"?$'}
        errors += [http.IdempotencyKeyInvalid, http.RequestInProgress, http.IdempotencyKeyReused]
    elif "idempotency-key" in headers:
        operation["parameters"].remove(headers["idempotency-key"])
    return errors
