"""Encryption of single values at rest: AES-256-GCM under a key of the record's own, wrapped by a key above it.

What the ciphertext belongs to (table, column, record) is authenticated with it, so a value moved to another row
does not open. Source: NIST SP 800-38D; envelope encryption as key management services do it.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_NONCE = 12
KEY = 32
"""Bytes of every key."""
_WRAPPED = KEY + 16
_HEAD = 1 + _NONCE + _WRAPPED


class CannotDecrypt(Exception):
    """The value was changed, moved to another record, or written under another key."""


class FieldCipher:
    """Seals and opens values. `place` names what the value belongs to: `exemptions.argument:<id>`."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY:
            raise ValueError("the encryption key has 32 bytes")
        self._wrapping = AESGCM(key)

    def seal(self, text: str, *, place: str) -> bytes:
        """Version, nonce and wrapped key of the record, then nonce and ciphertext."""
        return self.seal_bytes(text.encode(), place=place)

    def open(self, sealed: bytes, *, place: str) -> str:
        """The text; `CannotDecrypt` where anything about it is not as it was sealed."""
        return self.open_bytes(sealed, place=place).decode()

    def seal_bytes(self, content: bytes, *, place: str) -> bytes:
        """As `seal`."""
        data_key = AESGCM.generate_key(256)
        aad = place.encode()
        nonces = os.urandom(2 * _NONCE)
        wrap_nonce, nonce = nonces[:_NONCE], nonces[_NONCE:]
        wrapped = self._wrapping.encrypt(wrap_nonce, data_key, aad)
        return b"".join((_VERSION, wrap_nonce, wrapped, nonce, AESGCM(data_key).encrypt(nonce, content, aad)))

    def open_bytes(self, sealed: bytes, *, place: str) -> bytes:
        """As `open`."""
        aad = place.encode()
        if sealed[:1] != _VERSION or len(sealed) < _HEAD + _NONCE:
            raise CannotDecrypt
        try:
            data_key = self._wrapping.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE : _HEAD], aad)
            return AESGCM(data_key).decrypt(sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE :], aad)
        except InvalidTag as error:
            raise CannotDecrypt from error
