"""What of a document is sealed, and under whose key.

A document about one person is under theirs, and goes with it. Minutes name many, and the law has them kept: they have a
key of their own. So have files of before that: they lie in the store as they were made.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.database import vault_of
from parchemin.common.storage.store import ContentDamaged, ContentStore, key_of
from parchemin.common.vault import FieldCipher, Purpose
from parchemin.documents.issuing.models import Document


def sealed_for(document: Document) -> UUID:
    """The person under whose key it is; its own id where it is about nobody in particular."""
    return document.candidate_id or document.id


def body_place(document_id: UUID) -> str:
    """What the sealed printed data belong to."""
    return f"documents.body_data:{document_id}"


def content_place(document_id: UUID) -> str:
    """What the sealed file belongs to."""
    return f"documents.content:{document_id}"


def particulars_of(printed: Mapping[str, Any]) -> dict[str, Any]:
    """What the verification of a document tells of it, and nobody's name is in."""
    letterhead = printed["letterhead"]
    return {
        "certification_title": printed["certification_title"],
        "organisation": letterhead["organisation_name"],
        "register_number": printed.get("register_number"),
        "specimen": letterhead["specimen"] or letterhead["certifier"] is None,
    }


async def cipher_of(session: AsyncSession, document: Document) -> FieldCipher | None:
    """What opens the document; None where its person was erased."""
    person = sealed_for(document)
    return (await vault_of(session).ciphers(session, [person], Purpose.DOCUMENTS)).get(person)


def printed_data(document: Document, cipher: FieldCipher) -> str:
    """What was printed, as JSON."""
    return cipher.open(document.body_data or b"", place=body_place(document.id))


def stored_content(store: ContentStore, document: Document, cipher: FieldCipher) -> bytes:
    """The PDF of an issued document, checked against its digest; `ContentDamaged` where it is not there as it was
    made. Blocks."""
    if document.stored_key is None:
        return store.get(document.sha256 or "")
    content = cipher.open_bytes(store.get(document.stored_key), place=content_place(document.id))
    if key_of(content) != document.sha256:
        raise ContentDamaged(document.stored_key)
    return content
