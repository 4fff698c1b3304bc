"""The use case of the public: is this paper what it says?"""

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.contracts.vocabulary import DocumentKind
from parchemin.documents.issuing.models import Document, DocumentState
from parchemin.documents.verification.code import LENGTH, read_code
from parchemin.documents.verification.schemas import VerificationView

_NOBODYS = "-" * LENGTH


class _Letterhead(BaseModel):
    organisation_name: str
    certifier: dict[str, object] | None
    specimen: bool


class _Holder(BaseModel):
    first_names: tuple[str, ...]
    birth_name: str


class _Paper(BaseModel):
    """What is read of the printed data. Papers of all template versions have it; what else they have is ignored."""

    certification_title: str
    letterhead: _Letterhead
    holder: _Holder | None = None
    register_number: str | None = None


async def verify(session: AsyncSession, typed: str) -> VerificationView:
    """What an issued document with this code says. A mistyped code takes the same way, and time, as an unknown one."""
    statement = select(Document).where(
        col(Document.verification_code) == (read_code(typed) or _NOBODYS),
        col(Document.state) == DocumentState.ISSUED,
    )
    document = (await session.execute(statement)).scalar_one_or_none()
    if document is None:
        return VerificationView(status="unknown")
    paper = _Paper.model_validate(document.body_data)
    return VerificationView(
        status="valid" if document.revoked_on is None else "revoked",
        kind=DocumentKind(document.kind),
        certification_title=paper.certification_title,
        block=document.block,
        register_number=paper.register_number,
        issued_on=document.issued_on,
        organisation=paper.letterhead.organisation_name,
        holder_initials=_initials(paper.holder) if paper.holder else None,
        specimen=paper.letterhead.specimen or paper.letterhead.certifier is None,
        revoked_on=document.revoked_on,
    )


def _initials(holder: _Holder) -> str:
    """Of the first of the first names and of the birth name: enough to recognise, too little to learn."""
    return " ".join(f"{name.strip()[:1].upper()}." for name in (holder.first_names[0], holder.birth_name))
