"""From exceptions to problems, in one place."""

import structlog
from asyncpg import PostgresError
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from parchemin.common.failures import is_transient
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
    for away in (DBAPIError, PostgresError, PoolTimeout, OSError):
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
        limit = getattr(error, "limit", request.app.state.settings.max_body_bytes)
        return problem_response(request, http.BodyTooLarge(limit=limit))
    log.error("unexpected_http_exception", status=error.status_code)
    return problem_response(request, http.ServerFault())


def _stale(request: Request, _error: Exception) -> Response:
    """Another transaction changed the row since this one read it."""
    return problem_response(request, http.StaleVersion() if "if-match" in request.headers else Conflict())


def _integrity(request: Request, error: Exception) -> Response:
    """A constraint held against a race that the use case could not see; nothing was changed.

    A value that is missing, or that no row may have, is no race: that is a defect.
    """
    assert isinstance(error, IntegrityError)  # noqa: S101
    if _DEFECTS & {getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorname", None)}:
        raise error
    constraint = getattr(error.orig.__cause__, "constraint_name", None) if error.orig else None
    log.warning("constraint_held", constraint=constraint)
    return problem_response(request, Conflict())


_DEFECTS = {"23502", "23514", "SQLITE_CONSTRAINT_NOTNULL", "SQLITE_CONSTRAINT_CHECK"}


def _away(request: Request, error: Exception) -> Response:
    if not is_transient(error):
        raise error
    log.error("dependency_away", cause=type(error).__name__)
    return problem_response(request, http.Unavailable())
