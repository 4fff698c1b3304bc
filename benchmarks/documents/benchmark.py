"""Issuing documents: from the row that is pending to the archived file, its record and its event."""

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.documents.cohort import CANDIDATES, DOCUMENTS, known, session
from benchmarks.documents.floor import Call, calls_for
from benchmarks.engines import Postgres
from benchmarks.harness import NotMeasured, Result, measure
from sqlalchemy import func, select
from sqlmodel import col

from parchemin.common.bus import Message
from parchemin.common.clock import utc_now
from parchemin.common.consumer import Consumer
from parchemin.common.ids import new_id
from parchemin.common.service import Service, opened
from parchemin.contracts.envelope import Event, wrap
from parchemin.contracts.vocabulary import DocumentKind
from parchemin.documents.app import create_service
from parchemin.documents.composition.compose import FACTS, compose
from parchemin.documents.composition.drafts import Draft
from parchemin.documents.composition.knowledge import Needs
from parchemin.documents.issuing.issuer import RENDERERS, Issuer
from parchemin.documents.issuing.models import Document, DocumentState
from parchemin.documents.projections.service import look_up
from parchemin.documents.rendering import models as printed
from parchemin.documents.settings import Settings

PRODUCT, TYPST = "product", "bare Typst"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    sessions: int
    """A round, of 24 candidates each."""
    rounds: int


QUICK = Sizes(sessions=1, rounds=3)
FULL = Sizes(sessions=4, rounds=5)


async def run(postgres: Postgres, folder: Path, sizes: Sizes) -> Result:
    """The issuer on PostgreSQL and a folder, and bare Typst with the same templates, data and threads, in turn."""
    expected = sizes.sessions * DOCUMENTS
    size = {"documents": expected, "candidates": sizes.sessions * CANDIDATES, "threads": RENDERERS}
    result = Result("documents", "Issuing documents", "documents/s", {**size, "rounds": sizes.rounds})
    settings = Settings(
        database_url=await postgres.create_migrated("documents", "documents"),
        migrate_on_start=False,
        folder=folder / "documents",
    )
    service = create_service(settings)
    desk = Desk(service, settings)
    asked: dict[str, list[Call]] = {}

    async def prepare(number: int) -> None:
        for place in range(sizes.sessions):
            await desk.hear(session(1 + number * sizes.sessions + place))
        asked["calls"] = calls_for(await desk.composed())

    async def product(number: int) -> float:
        return expected / await desk.issue((number + 1) * expected + DOCUMENTS)

    async def bare(_number: int) -> float:
        return expected / await _compiled(folder / "calls.json", asked)

    async with opened(service):
        await desk.hear([*known(), *session(0)])
        asked["warm"] = calls_for(await desk.composed())
        await desk.issue(DOCUMENTS)
        await measure(result, {PRODUCT: product, TYPST: bare}, sizes.rounds, prepare)
    result.compare(PRODUCT, TYPST, at_least=0.8)
    return result


class Desk:
    """The service, without its HTTP and its bus."""

    def __init__(self, service: Service, settings: Settings) -> None:
        if service.consumer is None:
            raise NotMeasured("a service of documents that hears nothing")
        self._consumer: Consumer = service.consumer
        self._issuer: Issuer = service.state["issuer"]
        self._database = service.database
        self._stationery = settings.stationery()

    async def hear(self, events: Iterable[Event]) -> None:
        """Have the service learn of these."""
        for event in events:
            envelope = wrap(event, event_id=new_id(), at=utc_now())
            await self._consumer.deliver(Message(event.topic, event.key, envelope.to_bytes()))

    async def issue(self, in_all: int) -> float:
        """Issue what is due, after which so many documents are issued in all; the seconds that it took."""
        started = time.perf_counter()
        await self._issuer.issue_due()
        taken = time.perf_counter() - started
        issued = select(func.count()).where(col(Document.state) == DocumentState.ISSUED)
        async with self._database.reading() as reading:
            found = await reading.scalar(issued)
        if found != in_all:
            raise NotMeasured(f"{found} documents are issued, and not {in_all}")
        return taken

    async def composed(self) -> list[printed.Document]:
        """What the documents that are due will print."""
        pending = select(Document).where(col(Document.state) == DocumentState.PENDING).order_by(col(Document.id))
        async with self._database.reading() as reading:
            due = (await reading.execute(pending)).scalars().all()
            facts = [FACTS[DocumentKind(document.kind)].model_validate(document.facts) for document in due]
            found = await look_up(reading, Needs.union(Needs.of(fact) for fact in facts))
        return [
            compose(fact, _draft(document), found, self._stationery) for document, fact in zip(due, facts, strict=True)
        ]


def _draft(document: Document) -> Draft:
    return Draft(
        document_id=document.id,
        organisation_id=document.organisation_id,
        verification_code=document.verification_code,
        language="fr",
        issued_on=document.issued_on,
    )


async def _compiled(file: Path, asked: dict[str, list[Call]]) -> float:
    """The seconds that bare Typst takes for the calls, once it is warm."""
    await asyncio.to_thread(file.write_text, json.dumps(asked), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.documents.floor", str(file), str(RENDERERS)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    if process.returncode != 0:
        raise NotMeasured(f"bare Typst ended with {process.returncode}")
    return float(told)
