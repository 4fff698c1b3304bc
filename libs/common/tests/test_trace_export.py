"""Spans on their way to a collector, over HTTP on loopback."""

import gzip
import json
import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from parchemin.common import tracing
from parchemin.common.logs import configure_logs
from parchemin.common.tracing import configure_tracing, flush_tracing, span

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


class Collector(BaseHTTPRequestHandler):
    """Takes what an exporter sends."""

    received: Queue[ExportTraceServiceRequest]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.received.put(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, Queue[ExportTraceServiceRequest]]]:
    received: Queue[ExportTraceServiceRequest] = Queue()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Of", (Collector,), {"received": received}))
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _own_tracing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    own = tracing.Tracing()
    monkeypatch.setattr(tracing, "_process", own)
    monkeypatch.delenv(ENDPOINT, raising=False)
    yield
    own._processors.shutdown()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_the_spans_of_each_service_reach_the_collector_under_its_name(
    collector: tuple[str, Queue[ExportTraceServiceRequest]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, received = collector
    monkeypatch.setenv(ENDPOINT, url)
    for service in ("candidates", "documents"):
        configure_tracing(service)
        with span("work", service=service):
            pass
    flush_tracing()
    sent = received.get(timeout=10)
    assert received.empty()
    names = {
        next(one.value.string_value for one in of.resource.attributes if one.key == "service.name"): [
            told.name for scope in of.scope_spans for told in scope.spans
        ]
        for of in sent.resource_spans
    }
    assert names == {"parchemin-candidates": ["work"], "parchemin-documents": ["work"]}


def test_without_a_collector_nothing_is_recorded_and_there_are_ids_all_the_same() -> None:
    configure_tracing("documents")
    with span("work", service="documents") as current:
        assert not current.is_recording()
        assert tracing.current_trace_id() is not None


def test_a_collector_that_is_away_delays_no_work_and_the_end_by_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        ENDPOINT: "http://127.0.0.1:9",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
        "OTEL_BSP_MAX_QUEUE_SIZE": "64",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "64",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tracing, "FLUSH_SECONDS", 0.5)
    configure_tracing("documents")
    began = time.monotonic()
    for _ in range(500):  # more than are held
        with span("work", service="documents"):
            pass
    worked = time.monotonic()
    for _ in range(4):  # one end for each service of the process
        flush_tracing()
    assert worked - began < 5
    assert time.monotonic() - worked < 1


def test_what_an_exporter_says_again_and_again_is_written_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    exporter, other = logging.getLogger("opentelemetry.exporter.x"), logging.getLogger("some.library")
    for attempt in range(5):
        exporter.warning("no answer, attempt %s", attempt)
        exporter.error("given up")
        other.warning("something else")
    lines = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert lines == ["no answer, attempt 0", "given up", *["something else"] * 5]
