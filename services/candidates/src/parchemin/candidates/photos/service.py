"""Use cases about photos."""

import asyncio
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.storage import CandidateErased
from parchemin.candidates.photos.models import CandidatePhoto
from parchemin.candidates.photos.rules import NotAPhoto, portrait
from parchemin.common.clock import utc_now
from parchemin.common.language import Text
from parchemin.common.problems import NotFound, Unprocessable
from parchemin.common.statements import table_of, upsert
from parchemin.common.vault import Purpose, Vault


class PhotoRefused(Unprocessable):
    """The file is no portrait."""

    code = "photo_refused"
    detail = Text(
        "Une photo JPEG ou PNG est attendue : 100 pixels de côté au moins, 25 millions de pixels et 5 Mo au plus.",
        "A JPEG or PNG photo is expected: 100 pixels a side at least, 25 million pixels and 5 MB at most.",
    )


async def put_photo(session: AsyncSession, vault: Vault, candidate: Candidate, file: bytes) -> None:
    """Keep the picture of a file, in place of an earlier one."""
    try:
        picture = await asyncio.to_thread(portrait, file)
    except NotAPhoto as error:
        raise PhotoRefused from error
    cipher = (await vault.ciphers(session, [candidate.id], Purpose.IDENTITY)).get(candidate.id)
    if cipher is None:
        raise CandidateErased
    row = {
        "candidate_id": candidate.id,
        "picture": cipher.seal_bytes(picture, place=_place(candidate.id)),
        "taken_in_at": utc_now(),
    }
    await upsert(session, table_of(CandidatePhoto), row, key=["candidate_id"])


async def photo_of(session: AsyncSession, vault: Vault, candidate: Candidate) -> bytes:
    """The JPEG; `NotFound` where there is none, `CandidateErased` where nobody can open it any more."""
    photo = await session.get(CandidatePhoto, candidate.id)
    if photo is None:
        raise NotFound
    cipher = (await vault.ciphers(session, [candidate.id], Purpose.IDENTITY)).get(candidate.id)
    if cipher is None:
        raise CandidateErased
    return cipher.open_bytes(photo.picture, place=_place(candidate.id))


async def delete_photo(session: AsyncSession, candidate: Candidate) -> None:
    """Take it away; no fault where there is none."""
    await session.execute(delete(CandidatePhoto).where(col(CandidatePhoto.candidate_id) == candidate.id))


async def hand_over(session: AsyncSession, vault: Vault, former: Candidate, candidate: Candidate) -> None:
    """Give one record's photo to another, which has none; else drop it."""
    photo = await session.get(CandidatePhoto, former.id)
    if photo is None:
        return
    if await session.get(CandidatePhoto, candidate.id) is None:
        await put_photo(session, vault, candidate, await photo_of(session, vault, former))
    await session.delete(photo)


def _place(candidate_id: UUID) -> str:
    return f"candidate_photos.picture:{candidate_id}"
