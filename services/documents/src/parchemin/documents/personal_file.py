"""What the documents service knows of a person: what was issued to them, as files."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.database import vault_of
from parchemin.common.personal_files import Piece, json_piece
from parchemin.common.storage.store import ContentStore
from parchemin.common.vault import FieldCipher, Purpose
from parchemin.documents.issuing.models import Document
from parchemin.documents.issuing.sealing import stored_content


async def gather(session: AsyncSession, candidate_id: UUID, *, store: ContentStore) -> list[Piece]:
    """A list of the documents, and each file that was made. Minutes name many, and are in nobody's copy."""
    rows = select(Document).where(col(Document.candidate_id) == candidate_id).order_by(col(Document.id))
    documents = list(await session.scalars(rows))
    listed = [
        {
            "id": document.id,
            "kind": document.kind,
            "state": document.state,
            "issued_on": document.issued_on,
            "verification_code": document.verification_code,
            "sha256": document.sha256,
            "revoked_on": document.revoked_on,
            "file": _name(document) if document.sha256 is not None else None,
        }
        for document in documents
    ]
    cipher = (await vault_of(session).ciphers(session, [candidate_id], Purpose.DOCUMENTS)).get(candidate_id)
    files = [
        Piece(_name(document), document.size, partial(_content, store, document, cipher))
        for document in documents
        if document.sha256 is not None and document.size is not None and cipher is not None
    ]
    return [json_piece("documents/documents.json", listed), *files]


def _content(store: ContentStore, document: Document, cipher: FieldCipher) -> Iterator[bytes]:
    """One document at a time is in memory: each is a few pages."""
    yield stored_content(store, document, cipher)


def _name(document: Document) -> str:
    return f"documents/{document.issued_on}-{document.kind}-{document.verification_code}.pdf"
