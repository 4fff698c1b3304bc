"""Structured logs: one JSON object a line, with the request id and the trace id. No personal data, no URLs' values."""

import logging
import re
import time
from contextlib import suppress
from typing import Any

import structlog
from asgi_correlation_id import correlation_id
from structlog.tracebacks import ExceptionDictTransformer

from parchemin.common.tracing import current_trace_id

_tracebacks = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
_VALUES = re.compile(r"input_value=.*?(?=, input_type=)|'input': .*|DETAIL: .*", re.DOTALL)
"""Where Pydantic, FastAPI and PostgreSQL quote what a person entered."""
_SELDOM_SECONDS = {"opentelemetry": 300.0, "aiokafka": 10.0}
"""How often these say the same thing, at most."""
_TOO_TALKATIVE = ("aiokafka", "alembic", "httpx", "urllib3")
"""At INFO: each step of joining a group or migrating, and URLs."""


class _Seldom(logging.Filter):
    """What clients have to say of a server that is away, each thing once in a while: it may be away for days."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        seconds = _SELDOM_SECONDS.get(record.name.partition(".")[0])
        if seconds is None:
            return True
        place, now = (record.pathname, record.lineno), time.monotonic()
        if now - self._said.get(place, -seconds) < seconds:
            return False
        self._said[place] = now
        return True


class _Lines(structlog.PrintLogger):
    """Lines on standard output. One that cannot be written, because the disk is full or nobody reads any more, is lost:
    work does not fail for want of its log."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def configure_logs(level: str) -> None:
    """Have structlog and the standard library's loggers write the same way."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _identify,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[Any] = [_tracebacks, _without_values, structlog.processors.JSONRenderer(ensure_ascii=False)]
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=lambda *_: _Lines(),
        cache_logger_on_first_use=False,
    )
    renderer = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering], foreign_pre_chain=shared
    )
    handler = logging.StreamHandler()
    handler.setFormatter(renderer)
    handler.addFilter(_Seldom())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"  # the middleware writes a line of its own, without the URL
    for name in _TOO_TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_values(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    for raised in event.get("exception", ()):
        raised["exc_value"] = _VALUES.sub("…", raised["exc_value"])
    return event


def _identify(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    for name, value in (("request_id", correlation_id.get()), ("trace_id", current_trace_id())):
        if value is not None:
            event[name] = value
    return event
