"""Traces: one for a request, the events that follow from it, and their effects in other services.

Between services a trace travels as W3C `traceparent` in the envelope of an event. Where a collector is named
(`OTEL_EXPORTER_OTLP_ENDPOINT`), spans are recorded and sent to it in the background. Elsewhere only the ids are
made, for log lines and problems, at a tenth of the cost.

A span holds nothing personal: no URL, no body, and of an error its class only.
"""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.context import Context, attach, create_key, detach, get_current, get_value, set_value
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, SynchronousMultiSpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    get_current_span,
    set_span_in_context,
)

__all__ = [
    "Span",
    "SpanKind",
    "StatusCode",
    "configure_tracing",
    "current_trace_id",
    "current_traceparent",
    "flush_tracing",
    "record_publication",
    "send_spans_to",
    "span",
    "trace",
]

FLUSH_SECONDS = 3.0
"""How long the end of a process waits for a collector."""

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_IN_ENVELOPE = re.compile(rb'"traceparent":"([0-9a-f-]{55})"')
_NO_PARENT = ""
_SERVICE = create_key("parchemin.service")
_ids = RandomIdGenerator()


class Tracing:
    """The tracers of a process: one for each service that lives in it, and one way out for the spans of all."""

    def __init__(self) -> None:
        self.records = False
        """Whether there is anywhere to send spans to."""
        self.sends_to_collector = False
        self._processors = SynchronousMultiSpanProcessor()  # type: ignore[no-untyped-call]  # it has no annotation
        self._tracers: dict[str, Tracer] = {}
        self._flushing = threading.Thread()

    def send_to(self, processor: SpanProcessor) -> None:
        """Hand the spans to this processor too."""
        self._processors.add_span_processor(processor)
        self.records = True

    def tracer(self, service: str) -> Tracer:
        """The service's own: a collector knows a service by the resource of its spans."""
        if service not in self._tracers:
            provider = TracerProvider(
                resource=Resource.create({"service.name": f"parchemin-{service}"}),
                active_span_processor=self._processors,
                shutdown_on_exit=False,
            )
            self._tracers[service] = provider.get_tracer("parchemin")
        return self._tracers[service]

    def flush(self) -> None:
        """Send what is held. Waits for a time only, and not again while the last sending has not come to its end."""
        if not self._flushing.is_alive():
            self._flushing = threading.Thread(target=self._processors.force_flush, daemon=True)
            self._flushing.start()
            self._flushing.join(FLUSH_SECONDS)


_process = Tracing()


def configure_tracing(service: str) -> None:
    """Have the spans of this service sent to the collector that the environment names, if it names one."""
    if not any(os.environ.get(name) for name in _ENDPOINTS):
        return
    if not _process.sends_to_collector:
        # Here, since it is slow to import, and few need it.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        _process.send_to(BatchSpanProcessor(OTLPSpanExporter()))
        _process.sends_to_collector = True
    _process.tracer(service)


def send_spans_to(processor: SpanProcessor) -> None:
    """Hand the spans of this process to a processor beside the collector's."""
    _process.send_to(processor)


def flush_tracing() -> None:
    """Send the spans that are still held, at the end of a service; a collector that does not answer delays it by a
    few seconds only. Blocks: call it in a thread.
    """
    if _process.records:
        _process.flush()


def current_traceparent() -> str | None:
    """What an event of the work in hand carries."""
    context = get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def current_trace_id() -> str | None:
    """The 32 hexadecimal digits that a log line and a problem show."""
    context = get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


@contextmanager
def trace(parent: str | None) -> Iterator[None]:
    """Work under `parent`'s trace; a new one where there is none, or none that is well formed."""
    with span("work", parent=parent or _NO_PARENT):
        yield


@contextmanager
def span(
    name: str,
    *,
    service: str | None = None,
    parent: str | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    recorded: bool = True,
    **attributes: str | int,
) -> Iterator[Span]:
    """A piece of work, from the beginning of the block to its end.

    It continues `parent`, a `traceparent` from elsewhere; begins a trace where that is not well formed; and is part
    of the work in hand where none is given. `service` is whose work it is, by default that of the span around it.
    `attributes` are written under `parchemin.`. What is not `recorded` has ids and is sent nowhere: probes.
    """
    around = get_current()
    owner = service or str(get_value(_SERVICE, around) or "process")
    begun_in = around if parent is None else _context_of(parent)
    if recorded and _process.records:
        begun = _process.tracer(owner).start_span(
            name, begun_in, kind, {f"parchemin.{key}": value for key, value in attributes.items()}
        )
    else:
        begun = _unrecorded(begun_in)
    token = attach(set_value(_SERVICE, owner, set_span_in_context(begun, begun_in)))
    try:
        yield begun
    except Exception as error:
        begun.set_status(StatusCode.ERROR)
        begun.set_attribute("error.type", type(error).__name__)
        raise
    finally:
        detach(token)
        begun.end()


def record_publication(service: str, topic: str, body: bytes, *, since: int) -> None:
    """The way of an event to the bus, as a span under the request that it follows from.

    Written when it is safe there, since events are published many at a time. `body` is the envelope, `since` when
    its batch was begun (`time.time_ns`).
    """
    if not _process.records:
        return
    carried = _IN_ENVELOPE.search(body.partition(b'"data":')[0])  # not where a person may have written it
    parent = _context_of(carried[1].decode() if carried else _NO_PARENT)
    told = {"parchemin.topic": topic}
    _process.tracer(service).start_span("publish", parent, SpanKind.PRODUCER, told, start_time=since).end()


def _context_of(traceparent: str) -> Context:
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return Context()
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    elsewhere = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return set_span_in_context(NonRecordingSpan(elsewhere), Context())


def _unrecorded(begun_in: Context) -> Span:
    around = get_current_span(begun_in).get_span_context()
    known = around.is_valid
    trace_id = around.trace_id if known else _ids.generate_trace_id()
    flags = around.trace_flags if known else TraceFlags(TraceFlags.SAMPLED)
    return NonRecordingSpan(SpanContext(trace_id, _ids.generate_span_id(), is_remote=False, trace_flags=flags))
