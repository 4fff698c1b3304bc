"""From exceptions to problems, in one place."""

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from parchemin.common.problems import http
from parchemin.common.problems.errors import Conflict, DomainError, NotFound, Unprocessable
from parchemin.common.problems.representation import problem_response
from parchemin.common.problems.validation import field_faults

log = structlog.get_logger()


def install(app: FastAPI) -> None:
    """Have every error of this application answered as a problem."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _protocol)
    app.add_exception_handler(StaleDataError, _stale)
    app.add_exception_handler(IntegrityError, _integrity)
    for away in (OperationalError, InterfaceError, PoolTimeout, OSError):
        app.add_exception_handler(away, _away)


def _domain(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)  # noqa: S101 - Starlette's signature is wider
    return problem_response(request, error)


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    findings = error.errors()
    if any(found["type"] == "json_invalid" for found in findings):
        return problem_response(request, http.MalformedBody())
    return problem_response(request, Unprocessable(faults=field_faults(findings)))


def _protocol(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404:
        return problem_response(request, NotFound())
    if error.status_code == 405:
        return problem_response(request, http.MethodNotAllowed(headers=dict(error.headers or {})))
    if error.status_code == 400:
        return problem_response(request, http.MalformedBody())
    if error.status_code == 413:
        limit = request.app.state.settings.max_body_bytes
        return problem_response(request, http.BodyTooLarge(limit=limit))
    log.error("unexpected_http_exception", status=error.status_code)
    return problem_response(request, http.ServerFault())


def _stale(request: Request, _error: Exception) -> Response:
    return problem_response(request, http.StaleVersion())


def _integrity(request: Request, error: Exception) -> Response:
    """A constraint held against a race that the use case could not see; nothing was changed."""
    log.warning("constraint_held", cause=type(error).__name__)
    return problem_response(request, Conflict())


def _away(request: Request, error: Exception) -> Response:
    log.error("dependency_away", cause=type(error).__name__)
    return problem_response(request, http.Unavailable())
