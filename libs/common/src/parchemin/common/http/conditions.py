"""Conditional requests (RFC 9110 §13): an ETag on every aggregate, `If-Match` on every update."""

import re
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from parchemin.common.columns import Record
from parchemin.common.problems.http import PreconditionRequired, StaleVersion

_ETAG = re.compile(r'^"([0-9]{1,9})"$')


def etag(version: int | str) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def expected_version(
    if_match: Annotated[
        str | None,
        Header(
            description="ETag of the representation that the client read",
            max_length=200,
        ),
    ] = None,
) -> int:
    """The version that the client edited. `*` is refused: it would overwrite what the client has not seen."""
    if if_match is None or if_match.strip() == "*":
        raise PreconditionRequired
    matched = _ETAG.match(if_match.strip())
    if matched is None:
        raise StaleVersion
    return int(matched.group(1))


ExpectedVersion = Annotated[int, Depends(expected_version)]


def require_version(record: Record, expected: int) -> None:
    """Refuse the update where the client did not edit the current version."""
    if record.version != expected:
        raise StaleVersion


def tag(response: Response, version: int | str) -> None:
    """Put the ETag on a response."""
    response.headers["ETag"] = etag(version)


def is_unchanged(request: Request, version: int | str) -> bool:
    """Whether the client holds this version already (`If-None-Match`)."""
    held = request.headers.get("if-none-match", "")
    tags = {part.strip().removeprefix("W/") for part in held.split(",")}
    return "*" in tags or etag(version) in tags


def not_modified(version: int | str, headers: dict[str, str] | None = None) -> Response:
    """304, with the tag that still holds."""
    return Response(status_code=304, headers={"ETag": etag(version), **(headers or {})})
