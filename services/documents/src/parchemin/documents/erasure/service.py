"""A candidate is erased: their keys, their name, their documents."""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.clock import utc_now
from parchemin.common.erasure import forget
from parchemin.common.storage.erasing import doom
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.contracts.vocabulary import DocumentKind
from parchemin.documents.issuing.models import Document, DocumentState
from parchemin.documents.issuing.revocation import ORIGIN
from parchemin.documents.projections.models import KnownCandidate


async def forget_candidate(session: AsyncSession, event: CandidateErasedV1) -> None:
    """Destroy the keys and delete what they sealed. What was not issued yet never will be.

    Of an issued document stays what its code tells: that it was, and whether it still holds. Minutes stay as they are.
    """
    about = select(Document).where(col(Document.candidate_id) == event.candidate_id).with_for_update()
    documents = (await session.execute(about)).scalars().all()
    for document in documents:
        if document.state != DocumentState.ISSUED:
            await session.delete(document)
            continue
        await doom(session, [document.stored_key or document.sha256 or ""])
        document.facts = _named_by_a_revocation(document)
        document.body_data = document.stored_key = None
        document.erased_at = document.updated_at = utc_now()
    await session.execute(delete(KnownCandidate).where(col(KnownCandidate.id) == event.candidate_id))
    await forget(session, event.candidate_id, related=[document.id for document in documents])
    await _have_minutes_made(session, event)


def _named_by_a_revocation(document: Document) -> dict[str, str]:
    """Of the facts, the award or validation that a ruling may yet take back."""
    origin = ORIGIN.get(DocumentKind(document.kind))
    return {origin: document.facts[origin]} if origin else {}


async def _have_minutes_made(session: AsyncSession, event: CandidateErasedV1) -> None:
    """Minutes that wait to be made name nobody in this person's place: they are looked at anew."""
    await session.execute(
        update(Document)
        .where(
            col(Document.kind) == DocumentKind.JURY_MINUTES,
            col(Document.state) == DocumentState.PENDING,
            col(Document.organisation_id) == event.organisation_id,
        )
        .values(version=col(Document.version) + 1, attempts=0, retry_at=None)
        .execution_options(synchronize_session=False)
    )
