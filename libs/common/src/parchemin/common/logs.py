"""Structured logs: one JSON object a line, with the request id and the trace id. No personal data, no URLs' values."""

import logging
from typing import Any

import structlog
from asgi_correlation_id import correlation_id

from parchemin.common.tracing import current_trace_id


def configure_logs(level: str) -> None:
    """Have structlog and the standard library's loggers write the same way."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _identify,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=False,
    )
    renderer = structlog.stdlib.ProcessorFormatter(
        processor=structlog.processors.JSONRenderer(ensure_ascii=False), foreign_pre_chain=shared
    )
    handler = logging.StreamHandler()
    handler.setFormatter(renderer)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"  # the middleware writes a line of its own, without the URL
    logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it writes URLs


def _identify(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    for name, value in (("request_id", correlation_id.get()), ("trace_id", current_trace_id())):
        if value is not None:
            event[name] = value
    return event
