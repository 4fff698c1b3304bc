"""Query parameters that an operation does not have are refused: a mistyped filter must not return everything."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from parchemin.common.language import Text
from parchemin.common.problems import FieldFault, Unprocessable


def declared_parameters(route: APIRoute) -> frozenset[str]:
    """Names of the query parameters that the operation has."""
    return frozenset(_names(route.dependant))


def _names(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        yield parameter.alias
    for dependency in dependant.dependencies:
        yield from _names(dependency)


def refuse_unknown_parameters(request: Request, declared: frozenset[str]) -> None:
    """422 that points at each parameter that is not `declared`."""
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in declared]
    if unknown:
        text = Text("Ce paramètre n'existe pas ici.", "This parameter does not exist here.")
        raise Unprocessable(faults=[FieldFault(f"#query/{name[:100]}", "unknown_parameter", text) for name in unknown])
