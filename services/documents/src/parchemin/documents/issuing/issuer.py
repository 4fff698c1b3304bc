"""The issuer: makes the files of pending documents, and issues each once."""

import asyncio
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.outbox import publish
from parchemin.common.statements import table_of
from parchemin.common.storage.store import ContentStore, key_of
from parchemin.common.tracing import span
from parchemin.common.vault import FieldCipher, Purpose
from parchemin.contracts.events.documents import DocumentIssuedV1, DocumentIssuedV2
from parchemin.contracts.events.documents import DocumentKind as KindOfV1
from parchemin.contracts.vocabulary import DocumentKind
from parchemin.documents.composition.compose import FACTS, compose
from parchemin.documents.composition.drafts import Draft, Stationery
from parchemin.documents.composition.knowledge import Fact, Knowledge, Needs
from parchemin.documents.issuing.expectation import DUE
from parchemin.documents.issuing.metrics import document_drawn, document_issued
from parchemin.documents.issuing.models import Document, DocumentState
from parchemin.documents.issuing.sealing import body_place, content_place, particulars_of, sealed_for
from parchemin.documents.projections.service import look_up
from parchemin.documents.rendering import models as printed
from parchemin.documents.rendering.compiler import render
from parchemin.documents.rendering.printable import UnprintableText

log = structlog.get_logger()

BATCH = 50
RENDERERS = 2
"""Threads that draw at a time: more would only take turns on the processors that requests need."""
KEEPERS = 4
"""Threads that wait for the store."""
LONGEST_RETRY = timedelta(minutes=5)
BACK_OFF_SECONDS = 2.0
LEADERSHIP = "parchemin.issuer"


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is safe in the store."""

    printed: printed.Document
    sha256: str
    size: int
    stored_key: str


class Issuer:
    """One per process and database. Of several processes one leads; were there two, each document would still be
    issued once, since a document is issued only in the version that was read."""

    def __init__(self, database: Database, store: ContentStore, stationery: Stationery, *, poll_seconds: float) -> None:
        self._database = database
        self._store = store
        self._stationery = stationery
        self._poll_seconds = poll_seconds
        self._renderers = ThreadPoolExecutor(RENDERERS, thread_name_prefix="render")
        self._keepers = ThreadPoolExecutor(KEEPERS, thread_name_prefix="keep")

    async def run(self) -> None:
        """Issue until cancelled: all that is pending at start, then whatever comes."""
        while True:
            try:
                async with self._database.leadership(LEADERSHIP) as leads:
                    while True:
                        self._database.signal(DUE).clear()
                        if await leads():
                            await self.issue_due()
                        await self._database.announced(DUE, within=self._poll_seconds)
            except Exception as error:  # the issuer outlives a database that is away
                log.error("issuer_failed", **_cause(error))
                await asyncio.sleep(BACK_OFF_SECONDS)

    async def issue_due(self) -> None:
        """Make every pending document whose time it is; what is missing or fails waits, and holds up no other."""
        while await self._issue_once():
            pass

    async def _issue_once(self) -> bool:
        """Each document that is due, once, in the order of their ids; whether there was any.

        The next ones are read while the last ones of a batch are drawn, so that no renderer waits.
        """
        found, last = False, None
        places = asyncio.Semaphore(BATCH)
        async with asyncio.TaskGroup() as group:
            while batch := await self._due(after=last):
                found, last = True, batch[-1].id
                facts = [(document, fact) for document in batch if (fact := await self._fact_of(document)) is not None]
                known = await self._look_up([fact for _, fact in facts])
                ciphers = await self._ciphers([document for document, _ in facts])
                for document, fact in facts:
                    cipher = ciphers.get(sealed_for(document))
                    if cipher is None:  # erased since it was read, and the document with them
                        continue
                    await places.acquire()
                    task = group.create_task(self._issue(document, fact, known, cipher))
                    task.add_done_callback(lambda _: places.release())
        return found

    async def _due(self, *, after: UUID | None) -> Sequence[Document]:
        statement = select(Document).where(
            col(Document.state) == DocumentState.PENDING,
            or_(col(Document.retry_at).is_(None), col(Document.retry_at) <= utc_now()),
        )
        if after is not None:
            statement = statement.where(col(Document.id) > after)
        async with self._database.reading() as session:
            return (await session.execute(statement.order_by(col(Document.id)).limit(BATCH))).scalars().all()

    async def _fact_of(self, document: Document) -> Fact | None:
        try:
            return FACTS[DocumentKind(document.kind)].model_validate(document.facts)
        except ValidationError as error:
            await self._fail(document, error)
            return None

    async def _look_up(self, facts: Sequence[Fact]) -> Knowledge:
        """After the documents were read: what is learnt in between raises their version, and they come again."""
        async with self._database.reading() as session:
            return await look_up(session, Needs.union(Needs.of(fact) for fact in facts))

    async def _ciphers(self, documents: Sequence[Document]) -> dict[UUID, FieldCipher]:
        """What each is sealed with. Writes only where somebody's first document is among them."""
        persons = {sealed_for(document) for document in documents}
        vault = self._database.vault
        async with self._database.reading() as session:
            known = await vault.ciphers(session, persons, Purpose.DOCUMENTS)
        if persons <= known.keys():
            return known
        async with self._database.transaction() as session:
            return await vault.ciphers(session, persons, Purpose.DOCUMENTS, create=True)

    async def _issue(self, document: Document, fact: Fact, known: Knowledge, cipher: FieldCipher) -> None:
        missing = Needs.of(fact).lacking(known)
        if missing:
            await self._postpone(document, missing=list(missing))
            return
        with span(
            "issue document",
            service="documents",
            parent=document.traceparent,
            document_id=str(document.id),
            document_kind=document.kind,
        ):
            await self._make_and_conclude(document, fact, known, cipher)

    async def _make_and_conclude(self, document: Document, fact: Fact, known: Knowledge, cipher: FieldCipher) -> None:
        loop = asyncio.get_running_loop()
        within = copy_context()
        try:
            drawn, pdf = await loop.run_in_executor(self._renderers, within.run, self._draw, document, fact, known)
            made = await loop.run_in_executor(self._keepers, self._keep, document, drawn, pdf, cipher)
        except UnprintableText as refused:
            await self._block(document, refused.field)
        except Exception as error:  # one bad document does not stop the others
            await self._fail(document, error)
        else:
            await self._conclude(document, made, cipher)

    def _keep(self, document: Document, drawn: printed.Document, pdf: bytes, cipher: FieldCipher) -> Made:
        """In a worker thread: the file, sealed and in the store. Made a second time it is the same."""
        key = self._store.put(cipher.seal_repeatably(pdf, place=content_place(document.id)))
        return Made(drawn, key_of(pdf), len(pdf), key)

    def _draw(self, document: Document, fact: Fact, known: Knowledge) -> tuple[printed.Document, bytes]:
        """In a worker thread: what is printed, and the PDF."""
        draft = Draft(
            document_id=document.id,
            organisation_id=document.organisation_id,
            verification_code=document.verification_code,
            language="en" if document.language == "en" else "fr",
            issued_on=document.issued_on,
        )
        started = time.perf_counter()
        with span("draw document", document_kind=document.kind):
            drawn = compose(fact, draft, known, self._stationery)
            pdf = render(drawn)
        document_drawn(document.kind, time.perf_counter() - started)
        return drawn, pdf

    async def _conclude(self, document: Document, made: Made, cipher: FieldCipher) -> None:
        now = utc_now()
        body = cipher.seal(made.printed.model_dump_json(), place=body_place(document.id))
        async with self._database.transaction() as session:
            issued = await _change(
                session,
                document,
                state=DocumentState.ISSUED,
                missing=[],
                body_data=body,
                particulars=particulars_of(made.printed.model_dump(mode="json")),
                template_version=made.printed.letterhead.template_version,
                issued_at=now,
                updated_at=now,
                sha256=made.sha256,
                size=made.size,
                stored_key=made.stored_key,
            )
            if issued:
                await publish(session, _told(document, made))
        if issued:
            document_issued(document.kind)
            log.info("document_issued", document_id=str(document.id), kind=document.kind)

    async def _block(self, document: Document, field: str) -> None:
        log.warning("document_blocked", document_id=str(document.id), kind=document.kind, field=field)
        async with self._database.transaction() as session:
            await _change(
                session,
                document,
                state=DocumentState.BLOCKED,
                missing=[],
                blocked_reason=field[:200],
                updated_at=utc_now(),
            )

    async def _fail(self, document: Document, error: Exception) -> None:
        log.error("document_failed", document_id=str(document.id), kind=document.kind, **_cause(error))
        await self._postpone(document, missing=[])

    async def _postpone(self, document: Document, *, missing: list[str]) -> None:
        """Later, each time twice as late: an event that brings what is missing makes it at once."""
        now = utc_now()
        changed: dict[str, Any] = {"missing": missing, "updated_at": now} if missing != document.missing else {}
        async with self._database.transaction() as session:
            await _change(
                session,
                document,
                attempts=document.attempts + 1,
                retry_at=now + retry_after(document.attempts),
                **changed,
            )


def retry_after(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … up to five minutes."""
    return min(timedelta(seconds=2 ** min(attempts, 20)), LONGEST_RETRY)


_CHANGE = update(table_of(Document)).where(
    table_of(Document).c.id == bindparam("document"),
    table_of(Document).c.version == bindparam("read"),
    table_of(Document).c.state == DocumentState.PENDING,
)


def _told(document: Document, made: Made) -> DocumentIssuedV1 | DocumentIssuedV2:
    """That it was issued, in the version of the fact that knows its kind."""
    kind = document.kind
    rest: dict[str, Any] = {
        "document_id": document.id,
        "organisation_id": document.organisation_id,
        "enrolment_id": document.enrolment_id,
        "session_id": document.session_id,
        "sha256": made.sha256,
        "size": made.size,
    }
    if kind in set(KindOfV1):
        return DocumentIssuedV1(kind=KindOfV1(kind), **rest)
    return DocumentIssuedV2(kind=kind, **rest)


async def _change(session: AsyncSession, document: Document, **values: Any) -> bool:
    """Change the document if it is still pending in the version that was read; whether it was."""
    read = {"document": document.id, "read": document.version}
    connection = await session.connection()
    result = await connection.execute(_CHANGE, {**read, "version": document.version + 1, **values})
    return result.rowcount == 1


def _cause(error: BaseException) -> dict[str, str]:
    """Class and place of an error. Its text and its variables may hold what a document says, and stay out of logs."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    place = traceback.extract_tb(error.__traceback__)[-1:]
    return {"cause": type(error).__name__, "at": " ".join(f"{frame.name}:{frame.lineno}" for frame in place)}
