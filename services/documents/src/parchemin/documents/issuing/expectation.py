"""From facts to documents that are to be made: the handlers of events.

A handler only writes the row, in the inbox transaction; making the file is the issuer's.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, or_, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.clock import utc_now
from parchemin.common.consumer import Consumer
from parchemin.common.database import announce
from parchemin.common.erasure import is_forgotten
from parchemin.common.language import Language
from parchemin.common.statements import insert_if_absent, table_of
from parchemin.common.tracing import current_traceparent
from parchemin.contracts.envelope import Event
from parchemin.contracts.events.appeals import BlockValidationRevokedV1, CertificationRevokedV1
from parchemin.contracts.events.candidates import CandidateIdentifiedV1, OrganisationRegisteredV1
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.contracts.events.evaluations import (
    BlockValidatedV1,
    CertificationAwardedV1,
    DeliberationClosedV1,
    JurorIdentifiedV1,
    ReferentialPublishedV1,
    ResultsDecidedV1,
)
from parchemin.contracts.events.identities import CandidateIdentifiedV2
from parchemin.contracts.events.sessions import CandidateConvenedV1
from parchemin.contracts.vocabulary import DocumentKind
from parchemin.documents.composition.compose import day_of, subject_of
from parchemin.documents.composition.knowledge import Fact
from parchemin.documents.erasure.service import forget_candidate
from parchemin.documents.issuing.models import Document, DocumentState
from parchemin.documents.issuing.revocation import revoke, was_revoked
from parchemin.documents.projections import service as projections
from parchemin.documents.verification.code import new_code

E = TypeVar("E", bound=Event)
DUE = "documents_due"
"""Announced by each transaction that gives the issuer something to do, in whatever process that is."""


def subscribe(consumer: Consumer, *, language: Language) -> None:
    """Have the consumer learn what it is told, and expect the documents that follow."""

    def learning(learn: Callable[[AsyncSession, E], Awaitable[None]]) -> Callable[[AsyncSession, E], Awaitable[None]]:
        async def handle(session: AsyncSession, told: E) -> None:
            await learn(session, told)
            await reconsider(session, told)
            announce(session, DUE)

        return handle

    async def expecting(session: AsyncSession, fact: Fact) -> None:
        await expect(session, fact, language)
        announce(session, DUE)

    async def forgetting(session: AsyncSession, erased: CandidateErasedV1) -> None:
        await forget_candidate(session, erased)
        announce(session, DUE)

    consumer.on(OrganisationRegisteredV1, learning(projections.learn_organisation))
    consumer.on(CandidateIdentifiedV1, learning(projections.learn_candidate))
    consumer.on(CandidateIdentifiedV2, learning(projections.learn_candidate))
    consumer.on(JurorIdentifiedV1, learning(projections.learn_juror))
    consumer.on(ReferentialPublishedV1, learning(projections.learn_referential))
    consumer.on(CertificationAwardedV1, expecting)
    consumer.on(BlockValidatedV1, expecting)
    consumer.on(ResultsDecidedV1, expecting)
    consumer.on(DeliberationClosedV1, expecting)
    consumer.on(CandidateConvenedV1, expecting)
    consumer.on(CandidateErasedV1, forgetting)
    consumer.on(BlockValidationRevokedV1, revoke)
    consumer.on(CertificationRevokedV1, revoke)


async def expect(session: AsyncSession, fact: Fact, language: Language) -> None:
    """Write down that the document of this fact is to be made, unless it is already, was revoked since, or is about
    somebody who was erased."""
    subject = subject_of(fact)
    if await was_revoked(session, subject):
        return
    if subject.candidate_id is not None and await is_forgotten(session, subject.candidate_id):
        return
    row = Document(
        organisation_id=fact.organisation_id,
        kind=subject.kind,
        subject_key=subject.key,
        candidate_id=subject.candidate_id,
        enrolment_id=subject.enrolment_id,
        session_id=fact.session_id,
        block=subject.block,
        facts=fact.model_dump(mode="json"),
        language=language,
        issued_on=day_of(fact),
        verification_code=new_code(),
        traceparent=current_traceparent(),
    )
    table = table_of(Document)
    await insert_if_absent(session, table, row.model_dump())


async def reconsider(session: AsyncSession, told: Event) -> None:
    """What was not issued for want of this, or with an older state of it, is to be made now.

    The new version has an issuer that works on the older state lose: its update names the version that it read.
    """
    freed: dict[str, Any] = {"state": DocumentState.PENDING, "blocked_reason": None, "updated_at": utc_now()}
    changes: dict[DocumentState, dict[str, Any]] = {DocumentState.PENDING: {}, DocumentState.BLOCKED: freed}
    for state, change in changes.items():
        await session.execute(
            update(Document)
            .where(col(Document.state) == state, _concerned(told))
            .values(version=col(Document.version) + 1, attempts=0, retry_at=None, **change)
            .execution_options(synchronize_session=False)
        )


def _concerned(told: Event) -> ColumnElement[bool]:
    """Documents that may name whom or what the event is about. Minutes name many: all of the organisation's."""
    minutes = col(Document.kind) == DocumentKind.JURY_MINUTES
    match told:
        case CandidateIdentifiedV1() | CandidateIdentifiedV2():
            ours = col(Document.organisation_id) == told.organisation_id
            return or_(col(Document.candidate_id) == told.candidate_id, and_(minutes, ours))
        case JurorIdentifiedV1():
            return and_(minutes, col(Document.organisation_id) == told.organisation_id)
        case OrganisationRegisteredV1():
            return col(Document.organisation_id) == told.organisation_id
        case _:
            return true()
