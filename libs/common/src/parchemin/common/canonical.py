"""One text for each JSON value, so that equal values have equal digests (RFC 8785, JSON Canonicalization Scheme)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | bool | None"

_EXACT = 2**53
"""Beyond it a number of RFC 8785 (an IEEE 754 double) is not the integer that was meant."""


def canonical_json(value: Json) -> bytes:
    """The value in the form of RFC 8785. No floats: what is to be signed here is texts and whole numbers.

    Raises ValueError for what has no such form: a float, an integer that a double cannot hold, half a surrogate pair.
    """
    return json.dumps(_ordered(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def canonical_digest(value: Json) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _ordered(value: Json) -> Json:
    """Members by the UTF-16 code units of their names (RFC 8785 §3.2.3), which is not Python's order of strings."""
    match value:
        case str() | bool() | None:
            return value
        case int() if -_EXACT < value < _EXACT:
            return value
        case Mapping():
            names = sorted(value, key=lambda name: name.encode("utf-16-be"))
            return {name: _ordered(value[name]) for name in names}
        case list() | tuple():
            return [_ordered(item) for item in value]
        case _:
            raise ValueError(f"no canonical form for {type(value).__name__}")
