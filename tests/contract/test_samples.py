"""Stored events, one of each type and some of an older shape, come to the consumers of today."""

import json
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from parchemin.common.bus import LocalBus, Message
from parchemin.common.service import Service, opened
from parchemin.common.tables import dead_letters, inbox, outbox
from parchemin.contracts.catalogue import schema_of
from parchemin.contracts.envelope import CloudEvent
from parchemin.contracts.events import CATALOGUE
from parchemin.documents.issuing.issuer import Issuer
from parchemin.documents.issuing.models import Document, DocumentState
from parchemin.evaluations.enrolments.models import KnownEnrolment, KnownExemption
from parchemin.standalone.services import ServiceName, service_of

HERE = Path(__file__).parent
IN_ORDER = (
    "parchemin.evaluations.referential_published.v1",
    "parchemin.candidates.organisation_registered.v1",
    "parchemin.evaluations.juror_identified.v1",
    "parchemin.candidates.candidate_identified.v1",
    "parchemin.candidates.candidate_identified.v2",
    "parchemin.candidates.enrolment_opened.v1",
    "parchemin.candidates.enrolment_blocks_extended.v1",
    "parchemin.candidates.measures_granted.v1",
    "parchemin.candidates.exemption_granted.v1",
    "parchemin.candidates.enrolment_state_changed.v1",
    "parchemin.candidates.block_recognised.v1",
    "parchemin.candidates.candidates_merged.v1",
    "parchemin.budget.production_opened.v1",
    "parchemin.budget.production_snapshot_taken.v1",
    "parchemin.evaluations.candidate_convened.v1",
    "parchemin.evaluations.session_cancelled.v1",
    "parchemin.evaluations.submission_received.v1",
    "parchemin.evaluations.sheet_signed.v1",
    "parchemin.evaluations.incident_decided.v1",
    "parchemin.evaluations.block_validated.v1",
    "parchemin.evaluations.certification_awarded.v1",
    "parchemin.evaluations.results_decided.v1",
    "parchemin.evaluations.deliberation_closed.v1",
    "parchemin.documents.document_issued.v1",
    "parchemin.documents.document_issued.v2",
    "parchemin.evaluations.appeal_ruled.v1",
    "parchemin.evaluations.block_validation_revoked.v1",
    "parchemin.evaluations.certification_revoked.v1",
    "parchemin.candidates.enrolment_transferred.v1",
    "parchemin.candidates.personal_file_requested.v1",
    "parchemin.evaluations.assessments_gathered.v1",
    "parchemin.budget.productions_gathered.v1",
    "parchemin.documents.documents_gathered.v1",
    "parchemin.candidates.candidate_erased.v1",
)
"""As they came to be, in the life of one enrolment."""
AWARDED = "parchemin.evaluations.certification_awarded.v1"
ERASED = "parchemin.candidates.candidate_erased.v1"
HEARD_BY = {
    ServiceName.CANDIDATES: {
        "referential_published",
        "candidate_convened",
        "sheet_signed",
        "results_decided",
        "certification_awarded",
        "certification_revoked",
        "assessments_gathered",
        "productions_gathered",
        "documents_gathered",
        "session_cancelled",
        "block_validated",
        "appeal_ruled",
        "block_validation_revoked",
    },
    ServiceName.EVALUATIONS: {
        "candidate_erased",
        "candidate_identified",
        "candidates_merged",
        "enrolment_opened",
        "enrolment_blocks_extended",
        "measures_granted",
        "exemption_granted",
        "enrolment_state_changed",
        "block_recognised",
        "enrolment_transferred",
        "production_snapshot_taken",
        "personal_file_requested",
    },
    ServiceName.BUDGET: {"enrolment_opened", "enrolment_transferred", "candidate_erased", "personal_file_requested"},
    ServiceName.DOCUMENTS: {
        "referential_published",
        "organisation_registered",
        "juror_identified",
        "candidate_erased",
        "candidate_identified",
        "block_validated",
        "certification_awarded",
        "results_decided",
        "deliberation_closed",
        "candidate_convened",
        "block_validation_revoked",
        "certification_revoked",
        "personal_file_requested",
    },
}
"""The facts that each service does something about."""
OLDER = sorted((HERE / "older").glob("*.json"), key=lambda file: file.name)


def sample(event: str) -> CloudEvent:
    return read(HERE / "samples" / f"{event}.json")


def read(file: Path) -> CloudEvent:
    return CloudEvent.model_validate_json(file.read_bytes())


def fact(event: CloudEvent) -> str:
    """`block_validated` of `parchemin.evaluations.block_validated.v1`."""
    return event.type.split(".")[2]


@asynccontextmanager
async def service(
    name: ServiceName, database_url: Callable[[str], str], folder: Path, patch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    """The service as it is wired, without its HTTP."""
    patch.setenv(f"PARCHEMIN_{name.upper()}_DATABASE_URL", database_url(name))
    patch.setenv(f"PARCHEMIN_{name.upper()}_MIGRATE_ON_START", "false")
    patch.setenv("PARCHEMIN_DOCUMENTS_FOLDER", str(folder))
    async with AsyncExitStack() as stack:
        made = service_of(name, LocalBus())
        await stack.enter_async_context(opened(made))
        yield made


async def tell(told: Service, events: Collection[CloudEvent]) -> None:
    assert told.consumer is not None
    for event in events:
        topic = CATALOGUE[event.type].topic
        await told.consumer.deliver(Message(topic, event.partitionkey, event.to_bytes()))


async def column(of: Service, statement: Any) -> list[Any]:
    async with of.database.reading() as session:
        return list(await session.scalars(statement))


def test_there_is_a_sample_of_each_published_event() -> None:
    assert {file.stem for file in (HERE / "samples").iterdir()} == set(CATALOGUE) == set(IN_ORDER)


@pytest.mark.parametrize("event", IN_ORDER)
def test_a_sample_has_all_members_and_is_read_as_it_was_told(event: str) -> None:
    told = json.loads((HERE / "samples" / f"{event}.json").read_bytes())
    envelope = sample(event)
    assert json.loads(envelope.to_bytes()) == told
    data = CATALOGUE[event].read(envelope.data).model_dump(mode="json")
    assert lost(told["data"], data) == []
    Draft202012Validator(schema_of(CATALOGUE[event])).validate(told["data"])
    assert set(told["data"]) >= set(schema_of(CATALOGUE[event])["required"])


def lost(told: Any, heard: Any, place: str = "$") -> list[str]:
    """Members and items that a reader of today does not hear as they were told; it may hear more."""
    if isinstance(told, dict) and isinstance(heard, dict):
        gone = [f"{place}/{name}" for name in told if name not in heard]
        return gone + [fault for name in told if name in heard for fault in lost(told[name], heard[name], name)]
    if isinstance(told, list) and isinstance(heard, list) and len(told) == len(heard):
        return [fault for one, other in zip(told, heard, strict=True) for fault in lost(one, other, place)]
    return [] if told == heard else [f"{place}: {told!r} heard as {heard!r}"]


@pytest.mark.asyncio
@pytest.mark.parametrize("name", list(ServiceName))
async def test_every_consumer_takes_the_samples_that_concern_it(
    name: ServiceName, database_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = [sample(event) for event in IN_ORDER]
    async with service(name, database_url, tmp_path, monkeypatch) as told:
        await tell(told, samples)
        await tell(told, samples)
        assert await column(told, select(dead_letters.c.cause)) == []
        taken = set(await column(told, select(inbox.c.event_id)))
        assert {fact(event) for event in samples if event.id in taken} == HEARD_BY[name]
        assert taken == {event.id for event in samples if fact(event) in HEARD_BY[name]}


@pytest.mark.asyncio
async def test_the_samples_come_to_an_enrolment_and_to_its_documents(
    database_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = [sample(event) for event in IN_ORDER if event != ERASED]
    async with service(ServiceName.EVALUATIONS, database_url, tmp_path, monkeypatch) as evaluations:
        await tell(evaluations, samples)
        [enrolment] = await column(evaluations, select(KnownEnrolment))
        assert enrolment.blocks == [1, 2, 3]
        assert enrolment.measures[0] == {
            "kind": "extra_time",
            "percent": 33,
            "applies_to": ["preparation", "evaluation"],
            "detail": "tiers temps",
            "valid_from": None,
            "valid_until": None,
        }
        assert await column(evaluations, select(KnownExemption.competency)) == ["C.14"]
    async with service(ServiceName.DOCUMENTS, database_url, tmp_path, monkeypatch) as documents:
        await tell(documents, samples)
        await issue(documents)
        made = await column(documents, select(Document))
        assert {document.state for document in made} == {DocumentState.ISSUED}
        assert sorted(document.kind for document in made) == [
            "block_attestation",
            "convocation",
            "diploma",
            "jury_minutes",
            "results_notice",
        ]
        [diploma] = [document for document in made if document.kind == "diploma"]
        assert diploma.particulars["register_number"] == sample(AWARDED).data["register_number"]
        assert len(await column(documents, select(outbox.c.event_id))) == 5


@pytest.mark.asyncio
@pytest.mark.parametrize("file", OLDER, ids=lambda file: file.stem)
async def test_an_event_of_an_older_shape_is_still_consumed(
    file: Path, database_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = read(file)
    assert lost(older.data, CATALOGUE[older.type].read(older.data).model_dump(mode="json")) == []
    before = [sample(event) for event in IN_ORDER[: IN_ORDER.index(older.type)]]
    for name in [name for name, facts in HEARD_BY.items() if fact(older) in facts]:
        async with service(name, database_url, tmp_path, monkeypatch) as told:
            await tell(told, [*before, older])
            assert older.id in await column(told, select(inbox.c.event_id))
            assert await column(told, select(dead_letters.c.cause)) == []
            if name is ServiceName.EVALUATIONS:
                [measures] = await column(told, select(KnownEnrolment.measures))
                assert [measure["kind"] for measure in measures] == ["extra_time", "equipment"]
            elif name is ServiceName.DOCUMENTS:
                await issue(told)
                states = await column(told, select(Document.state))
                assert set(states) == {DocumentState.ISSUED}


async def issue(documents: Service) -> None:
    issuer = documents.state["issuer"]
    assert isinstance(issuer, Issuer)
    await issuer.issue_due()
