"""What is written about a person: sealed under their key, so that it goes with them from logs and backups too."""

from collections.abc import Callable, Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.database import vault_of
from parchemin.common.language import Text
from parchemin.common.problems import Conflict
from parchemin.common.vault import KeyDestroyed, Purpose

Opener = Callable[[UUID, bytes | None, str], str | None]


class PersonErased(Conflict):
    """Nothing is written about them any more."""

    code = "person_erased"
    detail = Text("Les données de cette personne ont été effacées.", "The data of this person were erased.")


async def sealed_text(session: AsyncSession, person_id: UUID, text: str, *, place: str) -> bytes:
    """The text under the person's key; `PersonErased` where it was destroyed."""
    try:
        return (await vault_of(session).cipher(session, person_id, Purpose.DOSSIER)).seal(text, place=place)
    except KeyDestroyed as error:
        raise PersonErased from error


async def opener(session: AsyncSession, person_ids: Iterable[UUID]) -> Opener:
    """What opens texts about these persons: `open(person, sealed, place)`. One query, whatever their number; None for
    what was erased, or was never written."""
    ciphers = await vault_of(session).ciphers(session, set(person_ids), Purpose.DOSSIER)

    def opened(person_id: UUID, sealed: bytes | None, place: str) -> str | None:
        cipher = ciphers.get(person_id)
        return None if sealed is None or cipher is None else cipher.open(sealed, place=place)

    return opened
