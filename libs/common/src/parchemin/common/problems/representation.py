"""The `application/problem+json` document (RFC 9457) and its place in OpenAPI."""

from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from parchemin.common.language import Language, preferred_language
from parchemin.common.problems.errors import DomainError
from parchemin.common.tracing import current_trace_id

MEDIA_TYPE = "application/problem+json"


class ProblemField(BaseModel):
    """What is wrong with one member of the request."""

    pointer: str = Field(description="JSON pointer into the body, or `#query/…`, `#path/…`, `#header/…`")
    code: str
    detail: str


class Problem(BaseModel):
    """Problem details. Branch on `code`; show `title` and `detail` (French, or English by `Accept-Language`)."""

    model_config = ConfigDict(
        extra="allow",  # what an error says beside, as `sheet_id`: its operation's documentation names it
        json_schema_extra={
            "example": {
                "type": "urn:parchemin:problem:stale_version",
                "title": "Version dépassée",
                "status": 412,
                "detail": "La ressource a changé depuis votre lecture : relisez-la avant de la modifier.",
                "code": "stale_version",
                "errors": [],
                "request_id": "0199c2a0c4d97a1e9a3c0d6f2f1b7c55",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            }
        },
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemField] = []
    request_id: str | None = None
    trace_id: str | None = None


def describe(error: DomainError, language: Language) -> Problem:
    """What the client is told of an error."""
    return Problem(
        type=f"urn:parchemin:problem:{error.code}",
        title=error.title.say(language),
        status=error.status,
        detail=error.detail.say(language, **error.values),
        code=error.code,
        errors=[
            ProblemField(pointer=fault.pointer, code=fault.code, detail=fault.detail.say(language))
            for fault in error.faults
        ],
        request_id=correlation_id.get(),
        trace_id=current_trace_id(),
        **{name: str(error.values[name]) for name in error.members},
    )


def problem_response(request: Request, error: DomainError) -> JSONResponse:
    """The error as a response, in the client's language."""
    language = preferred_language(request.headers.get("accept-language"))
    problem = describe(error, language)
    headers = {"Content-Language": language, "Vary": "Accept-Language", **error.headers}
    return JSONResponse(
        problem.model_dump(mode="json"), status_code=error.status, media_type=MEDIA_TYPE, headers=headers
    )


def documented(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for the errors of an operation, those of one status together."""
    responses: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = responses.setdefault(
            error.status,
            {
                "description": error.title.en,
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
        codes = entry.setdefault("x-problem-codes", [])
        if error.code not in codes:
            codes.append(error.code)
            entry["description"] = f"{error.title.en} ({', '.join(codes)})"
    return responses
