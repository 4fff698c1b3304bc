"""Errors as a client meets them: RFC 9457 problem details, each with a stable code."""

from parchemin.common.problems.errors import (
    Conflict,
    DomainError,
    FieldFault,
    Forbidden,
    Gone,
    NotFound,
    Unprocessable,
)

__all__ = ["Conflict", "DomainError", "FieldFault", "Forbidden", "Gone", "NotFound", "Unprocessable"]
