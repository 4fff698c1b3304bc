"""The W3C trace context of the work in hand, carried from a request to its events and on to their consumers."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """What an event of the work in hand carries."""
    return _current.get()


def current_trace_id() -> str | None:
    """The 32 hexadecimal digits that a log line and a problem show."""
    traceparent = _current.get()
    return traceparent.split("-")[1] if traceparent else None


@contextmanager
def trace(parent: str | None) -> Iterator[None]:
    """Work under `parent`'s trace; a new one where there is none, or none that is well formed."""
    well_formed = parent is not None and _TRACEPARENT.match(parent)
    trace_id = parent.split("-")[1] if parent and well_formed else secrets.token_hex(16)
    token = _current.set(f"00-{trace_id}-{secrets.token_hex(8)}-01")
    try:
        yield
    finally:
        _current.reset(token)
