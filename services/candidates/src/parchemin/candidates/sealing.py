"""What tells of a disability is sealed under the candidate's own key for it, and goes with that key."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.problems import Gone
from parchemin.common.vault import FieldCipher, KeyDestroyed, Purpose, Vault


async def sealing_cipher(session: AsyncSession, vault: Vault, candidate_id: UUID) -> FieldCipher:
    """The candidate's cipher, to write; `Gone` where the person was erased."""
    try:
        return await vault.cipher(session, candidate_id, Purpose.DISABILITY)
    except KeyDestroyed as error:
        raise Gone from error


async def opening_cipher(session: AsyncSession, vault: Vault, candidate_id: UUID) -> FieldCipher | None:
    """The candidate's cipher, to read: none where their key is destroyed, or was never made."""
    return (await vault.ciphers(session, [candidate_id], Purpose.DISABILITY)).get(candidate_id)


def opened(cipher: FieldCipher | None, sealed: bytes | None, *, place: str) -> str | None:
    """The text, where there is one and the key to it. One that was moved or changed raises `CannotDecrypt`."""
    return None if cipher is None or sealed is None else cipher.open(sealed, place=place)
