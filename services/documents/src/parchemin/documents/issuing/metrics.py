"""What is measured of the making of documents."""

import math

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import func, literal, select
from sqlmodel import col

from parchemin.common.http.metrics import Measure
from parchemin.common.metrics import REGISTRY
from parchemin.documents.issuing.models import Document, DocumentState

_issued = Counter("parchemin_documents_issued", "Documents made, archived and told of.", ["kind"], registry=REGISTRY)
_render_seconds = Histogram(
    "parchemin_document_render_seconds",
    "Time to draw a document, without its wait for a thread and its archiving.",
    ["kind"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
    registry=REGISTRY,
)
_pending = Gauge(
    "parchemin_documents_pending", "Documents to be made, or waiting for what is missing.", registry=REGISTRY
)
_pending.set(math.nan)  # until the database is asked: the process of another service knows of none

MEASURES = (
    Measure(
        _pending,
        select(func.count())
        .select_from(Document)
        # Written out, not bound: else the planner can't see that it is the partial index's own condition.
        .where(col(Document.state) == literal(DocumentState.PENDING.value, literal_execute=True))
        .scalar_subquery(),
    ),
)
"""For `Service.state`: what the metrics page asks of this service's database."""


def document_issued(kind: str) -> None:
    """Its issue is committed."""
    _issued.labels(kind).inc()


def document_drawn(kind: str, seconds: float) -> None:
    """Its file is drawn."""
    _render_seconds.labels(kind).observe(seconds)
