"""One trace, from the request that closes a deliberation to the documents that follow from it in another service."""

from collections import Counter
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind
from sqlalchemy import select
from tests.support.one_candidate import SETTINGS, certify
from tests.support.spans import Spans, kept_spans, service_of, trace_of

from parchemin.common.database import Database
from parchemin.common.settings import house
from parchemin.common.tables import outbox
from parchemin.contracts.envelope import CloudEvent


async def documents_told_of(folder: Path) -> list[CloudEvent]:
    database = Database(f"sqlite+aiosqlite:///{folder}/documents.sqlite3")
    try:
        async with database.reading() as session:
            bodies = list(await session.scalars(select(outbox.c.body)))
    finally:
        await database.dispose()
    return [CloudEvent.model_validate_json(body) for body in bodies]


@pytest.mark.asyncio
@pytest.mark.slow
async def test_the_documents_of_a_session_belong_to_the_trace_of_the_request_that_closed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**SETTINGS, "PARCHEMIN_VAR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    house.cache_clear()
    try:
        with kept_spans() as spans:
            await certify(tmp_path)
    finally:
        house.cache_clear()

    issued = spans.named("issue document")
    kinds = Counter(str(span.attributes["parchemin.document_kind"]) for span in issued)
    assert kinds == {"block_attestation": 3, "diploma": 1, "jury_minutes": 1, "results_notice": 1}
    for span in issued:
        assert_leads_to_the_closing(spans, span)
    assert len({trace_of(span) for span in issued}) == 1
    published = [span for span in spans.named("publish") if trace_of(span) == trace_of(issued[0])]
    tellers = {"parchemin-evaluations", "parchemin-documents", "parchemin-candidates"}
    assert {service_of(span) for span in published} == tellers
    assert all(spans.way_to_the_root(span)[-1].startswith("parchemin-evaluations: PUT") for span in published)
    drawn = spans.named("draw document")
    assert {span.parent.span_id for span in drawn} == {span.context.span_id for span in issued}

    told = await documents_told_of(tmp_path)
    makers = {f"{span.context.span_id:016x}": span for span in issued}
    for event in told:
        assert event.traceparent is not None
        _, trace_id, span_id, _ = event.traceparent.split("-")
        maker = makers.pop(span_id)
        assert (trace_id, event.data["document_id"]) == (trace_of(maker), maker.attributes["parchemin.document_id"])
    assert makers == {}
    everything = " ".join(f"{span.name} {dict(span.attributes)}" for span in spans.all())
    assert not any(private in everything for private in ("Lefèvre", "Zoé", "1999-06-17", "http://"))


def assert_leads_to_the_closing(spans: Spans, span: ReadableSpan) -> None:
    way = spans.way_to_the_root(span)
    issued, processed, asked = way
    assert issued == "parchemin-documents: issue document"
    assert processed.startswith("parchemin-documents: process parchemin.evaluations.")
    assert asked == "parchemin-evaluations: PUT /v1/sessions/{session_id}/state"
    (root,) = [one for one in spans.all() if one.parent is None and trace_of(one) == trace_of(span)]
    assert (root.kind, service_of(root)) == (SpanKind.SERVER, "parchemin-evaluations")
    assert root.attributes["http.response.status_code"] == 200
