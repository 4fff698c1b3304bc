"""One text for each JSON value, so that equal values have equal digests (RFC 8785, JSON Canonicalization Scheme)."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import rfc8785

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | bool | None"


def canonical_json(value: Json) -> bytes:
    """The value in the form of RFC 8785.

    Raises ValueError for what has no such form: an integer that a double cannot hold, half a surrogate pair.
    """
    return rfc8785.dumps(value)


def canonical_digest(value: Json) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
