"""The making of documents, as an operator sees it: traces and metrics."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.spans import Spans, kept_spans, trace_of

from parchemin.common.clock import utc_now
from parchemin.common.http.metrics import Measured, metrics_page
from parchemin.common.ids import new_id
from parchemin.common.metrics import REGISTRY
from parchemin.contracts.envelope import Event, wrap
from parchemin.documents.issuing.metrics import MEASURES

pytestmark = pytest.mark.asyncio

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> Iterator[Spans]:
    with kept_spans() as kept:
        yield kept


async def hear_traced(desk: Any, story: SimpleNamespace, event: Event) -> None:
    envelope = wrap(event, event_id=new_id(), at=utc_now(), traceparent=PARENT)
    await desk.consumer.deliver(replace(story.message(event), body=envelope.to_bytes()))


async def test_a_document_that_waits_is_made_within_the_trace_of_its_own_event(
    desk: Any, story: SimpleNamespace, spans: Spans
) -> None:
    await hear_traced(desk, story, story.awarded())
    await desk.issuer.issue_due()
    assert spans.named("issue document") == []  # nothing to do yet: each look would be a span
    await desk.hear(*story.known())
    await desk.issuer.issue_due()
    (issued,) = spans.named("issue document")
    (drawn,) = spans.named("draw document")
    assert {trace_of(issued), trace_of(drawn)} == {TRACE_ID}
    assert drawn.parent.span_id == issued.context.span_id
    document = await desk.document()
    assert dict(issued.attributes) == {
        "parchemin.document_id": str(document.id),
        "parchemin.document_kind": "diploma",
    }
    (told,) = await desk.told()
    assert told.traceparent == f"00-{TRACE_ID}-{issued.context.span_id:016x}-01"


async def test_a_document_of_an_event_without_a_trace_begins_one(
    desk: Any, story: SimpleNamespace, spans: Spans
) -> None:
    await desk.hear(*story.known(), story.awarded())
    await desk.issuer.issue_due()
    (issued,) = spans.named("issue document")
    (told,) = await desk.told()
    assert told.traceparent is not None
    assert trace_of(issued) in told.traceparent


async def test_what_is_made_and_what_waits_is_counted_by_kind(desk: Any, story: SimpleNamespace) -> None:
    def so_far(name: str) -> float:
        return REGISTRY.get_sample_value(name, {"kind": "diploma"}) or 0.0

    async def pending() -> float | None:
        await metrics_page([Measured("documents", desk.database, MEASURES)])
        return REGISTRY.get_sample_value("parchemin_documents_pending")

    issued, drawn = so_far("parchemin_documents_issued_total"), so_far("parchemin_document_render_seconds_count")
    assert await pending() == 0
    await desk.hear(story.awarded(), story.validated())
    await desk.issuer.issue_due()
    assert await pending() == 2
    await desk.hear(*story.known())
    await desk.issuer.issue_due()
    assert await pending() == 0
    assert so_far("parchemin_documents_issued_total") == issued + 1
    assert so_far("parchemin_document_render_seconds_count") == drawn + 1
