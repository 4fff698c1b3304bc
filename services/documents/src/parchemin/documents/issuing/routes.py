"""HTTP of documents."""

import asyncio
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import col

from parchemin.common.auth import Access, Principal
from parchemin.common.http.conditions import is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems.http import Unavailable
from parchemin.common.problems.representation import documented
from parchemin.common.storage.store import ContentDamaged, ContentStore
from parchemin.common.vault import CannotDecrypt
from parchemin.contracts.vocabulary import DocumentKind, Role
from parchemin.documents.issuing.models import Document, DocumentState
from parchemin.documents.issuing.schemas import DocumentView
from parchemin.documents.issuing.sealing import cipher_of, stored_content
from parchemin.documents.issuing.service import DocumentErased, DocumentNotIssued, visible_documents

log = structlog.get_logger()

router = APIRouter(prefix="/v1/documents", tags=["documents"], route_class=TransactionalRoute)

Consulting = Annotated[
    Principal,
    Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, Role.CERTIFIER, Role.CANDIDATE, scope="documents:read")),
]


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents are asked for."""

    kind: Annotated[DocumentKind | None, Query()] = None
    state: Annotated[DocumentState | None, Query()] = None
    candidate_id: Annotated[UUID | None, Query()] = None
    enrolment_id: Annotated[UUID | None, Query()] = None
    session_id: Annotated[UUID | None, Query(description="Session that brought the fact about")] = None


@router.get("")
async def list_documents(
    session: Reading, principal: Consulting, paging: Paging, wanted: Annotated[DocumentFilter, Depends()]
) -> Page[DocumentView]:
    """The documents that the caller may read, in the order of their last change; a candidate sees the own only."""
    statement = visible_documents(principal)
    for column, value in (
        (col(Document.kind), wanted.kind),
        (col(Document.state), wanted.state),
        (col(Document.candidate_id), wanted.candidate_id),
        (col(Document.enrolment_id), wanted.enrolment_id),
        (col(Document.session_id), wanted.session_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return await page(session, statement, Document, paging, DocumentView.of)


@router.get("/{document_id}", response_model=DocumentView)
async def read_document(
    document_id: UUID, session: Reading, principal: Consulting, request: Request, response: Response
) -> DocumentView | Response:
    """One document: what it is about and where it stands."""
    document = await one(session, visible_documents(principal), Document, document_id)
    if is_unchanged(request, document.version):
        return not_modified(document.version)
    tag(response, document.version)
    return DocumentView.of(document)


@router.get(
    "/{document_id}/content",
    response_class=Response,
    responses={
        200: {
            "description": "The file: PDF/A-3a, PDF/UA-1",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "The client holds it already"},
        **documented(DocumentNotIssued, DocumentErased, Unavailable),
    },
)
async def read_content(document_id: UUID, session: Reading, principal: Consulting, request: Request) -> Response:
    """The file of an issued document. It never changes: its ETag is its SHA-256."""
    document = await one(session, visible_documents(principal), Document, document_id)
    if document.state != DocumentState.ISSUED or document.sha256 is None:
        raise DocumentNotIssued(state=document.state)
    cipher = await cipher_of(session, document)
    if cipher is None or document.erased_at is not None:
        raise DocumentErased
    if is_unchanged(request, document.sha256):
        return not_modified(document.sha256)
    await session.close()  # the store may take its time, and others want the connection
    store: ContentStore = request.app.state.store
    try:
        content = await asyncio.to_thread(stored_content, store, document, cipher)
    except (ContentDamaged, CannotDecrypt) as error:
        log.error("document_content_damaged", document_id=str(document.id))
        raise Unavailable from error
    response = Response(content, media_type="application/pdf")
    tag(response, document.sha256)
    response.headers["Content-Disposition"] = f'attachment; filename="{document.kind}-{document.id.hex[-8:]}.pdf"'
    return response
