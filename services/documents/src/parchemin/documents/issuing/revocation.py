"""From a ruling to the document that falls with it.

The file stays as it was issued, and a pending one is still made: whoever holds or gets the paper learns from its code
that it attests nothing any more.
"""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.clock import utc_now
from parchemin.common.erasure import is_forgotten
from parchemin.common.language import Text
from parchemin.common.problems import Conflict
from parchemin.contracts.vocabulary import DocumentKind
from parchemin.documents.composition.compose import Subject, subject_of
from parchemin.documents.composition.knowledge import Revocation
from parchemin.documents.issuing.models import Document

ORIGIN = {DocumentKind.DIPLOMA: "award_id", DocumentKind.BLOCK_ATTESTATION: "validation_id"}
"""Where a document's facts name what the ruling took back."""


class RevokedUnknown(Conflict):
    """The fact that is taken back is not known here: it waits among the dead letters. Parked, not ignored: else the
    document of a fact that comes late would count as valid."""

    code = "revoked_unknown"
    detail = Text(
        "Le document révoqué n'est pas connu : {kind} issu de {origin}.",
        "The revoked document is not known: {kind} from {origin}.",
    )


async def revoke(session: AsyncSession, ruled: Revocation) -> None:
    """Mark the document of the award or validation that was taken back; the one of a later award is left alone.

    The version rises, so an issuer that works on the document meanwhile loses, and makes it again as it now is.
    """
    subject = subject_of(ruled)
    revoked = await session.execute(
        update(Document)
        .where(
            col(Document.subject_key) == subject.key,
            col(Document.facts)[ORIGIN[subject.kind]].as_string() == str(subject.origin),
        )
        .values(
            subject_key=subject.revoked_key,
            revoked_on=ruled.revoked_on,
            version=col(Document.version) + 1,
            updated_at=utc_now(),
        )
        .returning(col(Document.id))
        .execution_options(synchronize_session=False)
    )
    if revoked.first() is not None:
        return
    if subject.candidate_id is not None and await is_forgotten(session, subject.candidate_id):
        return  # their document was never made
    if not await was_revoked(session, subject):
        raise RevokedUnknown(kind=subject.kind, origin=subject.origin)


async def was_revoked(session: AsyncSession, subject: Subject) -> bool:
    """Whether the document of this very award or validation was revoked: told again, the fact makes nothing new."""
    if subject.revoked_key is None:
        return False
    found = await session.execute(select(col(Document.id)).where(col(Document.subject_key) == subject.revoked_key))
    return found.first() is not None
