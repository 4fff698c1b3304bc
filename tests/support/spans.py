"""The spans of a test, kept in memory instead of sent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from parchemin.common import tracing


class Spans:
    """What has ended so far."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def named(self, name: str) -> Sequence[ReadableSpan]:
        """All with this name."""
        return [span for span in self.all() if span.name == name]

    def all(self) -> Sequence[ReadableSpan]:
        """In the order of their ends."""
        return self._exporter.get_finished_spans()

    def way_to_the_root(self, span: ReadableSpan) -> list[str]:
        """`<service>: <span>` of the span and of those that it stands under, up to the first."""
        by_id = {one.context.span_id: one for one in self.all()}
        way = []
        while True:
            way.append(f"{service_of(span)}: {span.name}")
            if span.parent is None or span.parent.span_id not in by_id:
                return way
            span = by_id[span.parent.span_id]


def service_of(span: ReadableSpan) -> str:
    """As a collector knows it."""
    return str(span.resource.attributes["service.name"])


def trace_of(span: ReadableSpan) -> str:
    """As a log line shows it."""
    return f"{span.context.trace_id:032x}"


@contextmanager
def kept_spans() -> Iterator[Spans]:
    """Spans of this block only, whatever other tests of the process record."""
    exporter = InMemorySpanExporter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracing, "_process", tracing.Tracing())
        tracing.send_spans_to(SimpleSpanProcessor(exporter))
        yield Spans(exporter)
