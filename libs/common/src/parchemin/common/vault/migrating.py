"""Keys of persons for migrations, which seal what an earlier release wrote in clear: on a plain connection."""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parchemin.common.settings import EncryptionSettings, house
from parchemin.common.vault.cipher import FieldCipher
from parchemin.common.vault.index import BlindIndex
from parchemin.common.vault.vault import INDEX, NOBODY, place_of
from parchemin.common.vault.wrapping import installation_keys

_person_keys = sa.table(
    "person_keys",
    sa.column("person_id", sa.Uuid()),
    sa.column("purpose", sa.String()),
    sa.column("wrapped", sa.LargeBinary()),
    sa.column("wrapped_by", sa.String()),
    sa.column("made_at", sa.DateTime(timezone=True)),
)


class EarlierRows:
    """Ciphers for rows of before they were sealed. Make it where there are any: the installation's key may be made by
    it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._keys = installation_keys(EncryptionSettings(), house().var / "keys")

    def cipher(self, person_id: UUID, purpose: str) -> FieldCipher:
        """The person's, its key made at first use."""
        return FieldCipher(self._key(person_id, purpose))

    def index(self) -> BlindIndex:
        """The service's."""
        return BlindIndex(self._key(NOBODY, INDEX))

    def _key(self, person_id: UUID, purpose: str) -> bytes:
        place, columns = place_of(person_id, purpose), _person_keys.c
        known = sa.select(columns.wrapped, columns.wrapped_by)
        known = known.where(columns.person_id == person_id, columns.purpose == purpose)
        row = self._connection.execute(known).first()
        if row is not None:
            return self._keys.unwrap(row.wrapped, by=row.wrapped_by, place=place)
        key = AESGCM.generate_key(256)
        made = {"wrapped": self._keys.wrap(key, place=place), "wrapped_by": self._keys.current}
        whose = {"person_id": person_id, "purpose": purpose, "made_at": datetime.now(UTC)}
        self._connection.execute(sa.insert(_person_keys), {**whose, **made})
        return key
