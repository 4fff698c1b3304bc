"""The use case of the public: is this paper what it says?"""

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.contracts.vocabulary import DocumentKind
from parchemin.documents.issuing.models import Document, DocumentState
from parchemin.documents.issuing.sealing import cipher_of, printed_data
from parchemin.documents.verification.code import LENGTH, read_code
from parchemin.documents.verification.schemas import VerificationView

_NOBODYS = "-" * LENGTH


class _Holder(BaseModel):
    first_names: tuple[str, ...]
    birth_name: str


class _Paper(BaseModel):
    """What is read of the printed data. Papers of all template versions have it; what else they have is ignored."""

    holder: _Holder | None = None


class _Particulars(BaseModel):
    certification_title: str
    organisation: str
    register_number: str | None
    specimen: bool


async def verify(session: AsyncSession, typed: str) -> VerificationView:
    """What an issued document with this code says. A mistyped code takes the same way, and time, as an unknown one."""
    statement = select(Document).where(
        col(Document.verification_code) == (read_code(typed) or _NOBODYS),
        col(Document.state) == DocumentState.ISSUED,
    )
    document = (await session.execute(statement)).scalar_one_or_none()
    if document is None:
        return VerificationView(status="unknown")
    told = _Particulars.model_validate(document.particulars)
    return VerificationView(
        status="valid" if document.revoked_on is None else "revoked",
        kind=DocumentKind(document.kind),
        certification_title=told.certification_title,
        block=document.block,
        register_number=told.register_number,
        issued_on=document.issued_on,
        organisation=told.organisation,
        holder_initials=await _initials(session, document),
        specimen=told.specimen,
        revoked_on=document.revoked_on,
    )


async def _initials(session: AsyncSession, document: Document) -> str | None:
    """Of the first of the first names and of the birth name: enough to recognise, too little to learn. None of minutes,
    and of a person who was erased."""
    cipher = await cipher_of(session, document)
    if cipher is None or document.body_data is None:
        return None
    holder = _Paper.model_validate_json(printed_data(document, cipher)).holder
    if holder is None:
        return None
    return " ".join(f"{name.strip()[:1].upper()}." for name in (holder.first_names[0], holder.birth_name))
