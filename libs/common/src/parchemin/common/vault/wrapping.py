"""The keys that wrap persons' keys: the installation's own, from the settings, a file, or a key management service."""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parchemin.common.secret_files import read_or_create
from parchemin.common.settings import EncryptionSettings
from parchemin.common.vault.cipher import KEY, CannotDecrypt
from parchemin.common.vault.kms import unwrapped_by_kms

_NONCE = 12


class WrappingKeyMissing(Exception):
    """A key is wrapped by one that the settings do not name, as `current` or as `previous`."""


@dataclass(frozen=True, slots=True)
class WrappingKeys:
    """The key that wraps from now on, and those that still unwrap: `id` names one without telling anything of it."""

    current: str
    _keys: Mapping[str, AESGCM]

    @classmethod
    def of(cls, current: bytes, *previous: bytes) -> "WrappingKeys":
        """From the keys themselves, 32 bytes each."""
        for key in (current, *previous):
            if len(key) != KEY:
                raise ValueError("an encryption key has 32 bytes")
        return cls(_id(current), {_id(key): AESGCM(key) for key in (current, *previous)})

    def wrap(self, key: bytes, *, place: str) -> bytes:
        """The key, wrapped by the current one."""
        nonce = os.urandom(_NONCE)
        return nonce + self._keys[self.current].encrypt(nonce, key, place.encode())

    def unwrap(self, wrapped: bytes, *, by: str, place: str) -> bytes:
        """The key; `WrappingKeyMissing` where `by` is none of these, `CannotDecrypt` where it was tampered with."""
        if by not in self._keys:
            raise WrappingKeyMissing(by)
        try:
            return self._keys[by].decrypt(wrapped[:_NONCE], wrapped[_NONCE:], place.encode())
        except InvalidTag as error:
            raise CannotDecrypt from error


def _id(key: bytes) -> str:
    return hashlib.sha256(b"parchemin wrapping key\x00" + key).hexdigest()[:16]


def decoded(key: str) -> bytes:
    """A key as settings hold it: base64url, with or without padding."""
    return base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))


def installation_keys(settings: EncryptionSettings, folder: Path) -> WrappingKeys:
    """The configured keys; without any, that of a file made at first use."""
    previous = [decoded(key.get_secret_value()) for key in settings.previous_keys]
    if settings.kms_wrapped_key is not None:
        wrapped = [settings.kms_wrapped_key, *settings.kms_previous_wrapped_keys]
        current, *earlier = unwrapped_by_kms(settings, wrapped)
        return WrappingKeys.of(current, *earlier, *previous)
    if settings.key is not None:
        return WrappingKeys.of(decoded(settings.key.get_secret_value()), *previous)
    return WrappingKeys.of(read_or_create(folder / "encryption.key", lambda: AESGCM.generate_key(256)), *previous)
