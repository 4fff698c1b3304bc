"""Encryption of single fields at rest: AES-256-GCM under a key of the record's own, wrapped by the installation's key.

What the ciphertext belongs to (table, column, record) is authenticated with it, so a value moved to another row
does not open. Source: NIST SP 800-38D; envelope encryption as key management services do it.
"""

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parchemin.common.secret_files import read_or_create
from parchemin.common.settings import EncryptionSettings

_VERSION = b"\x01"
_NONCE = 12
_KEY = 32
_WRAPPED = _KEY + 16


class CannotDecrypt(Exception):
    """The value was changed, moved to another record, or written under another key."""


class FieldCipher:
    """Seals and opens texts. `place` names what the value belongs to: `exemptions.argument:<id>`."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY:
            raise ValueError("the encryption key has 32 bytes")
        self._wrapping = AESGCM(key)

    def seal(self, text: str, *, place: str) -> bytes:
        """Version, nonce and wrapped key of the record, then nonce and ciphertext."""
        data_key = AESGCM.generate_key(256)
        aad = place.encode()
        wrap_nonce, nonce = os.urandom(_NONCE), os.urandom(_NONCE)
        wrapped = self._wrapping.encrypt(wrap_nonce, data_key, aad)
        return _VERSION + wrap_nonce + wrapped + nonce + AESGCM(data_key).encrypt(nonce, text.encode(), aad)

    def open(self, sealed: bytes, *, place: str) -> str:
        """The text; `CannotDecrypt` where anything about it is not as it was sealed."""
        aad = place.encode()
        wrap_end = 1 + _NONCE + _WRAPPED
        if sealed[:1] != _VERSION or len(sealed) < wrap_end + _NONCE:
            raise CannotDecrypt
        try:
            data_key = self._wrapping.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE : wrap_end], aad)
            nonce, ciphertext = sealed[wrap_end : wrap_end + _NONCE], sealed[wrap_end + _NONCE :]
            return AESGCM(data_key).decrypt(nonce, ciphertext, aad).decode()
        except InvalidTag as error:
            raise CannotDecrypt from error


def installation_cipher(settings: EncryptionSettings, folder: Path) -> FieldCipher:
    """The cipher under the configured key, or under a key file made at first use."""
    if settings.key is not None:
        key = settings.key.get_secret_value()
        return FieldCipher(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
    return FieldCipher(read_or_create(folder / "encryption.key", lambda: AESGCM.generate_key(256)))
