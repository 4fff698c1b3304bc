"""The ciphers under the installation's own keys, for what was sealed before persons had keys."""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parchemin.common.secret_files import read_or_create
from parchemin.common.settings import EncryptionSettings
from parchemin.common.vault.cipher import FieldCipher
from parchemin.common.vault.wrapping import decoded


def installation_ciphers(settings: EncryptionSettings, folder: Path) -> tuple[FieldCipher, ...]:
    """Those under the configured key, or a key file made at first use; and under each key before it. What a key
    management service wraps sealed nothing by itself."""
    previous = tuple(FieldCipher(decoded(key.get_secret_value())) for key in settings.previous_keys)
    if settings.kms_wrapped_key is not None:
        return previous
    if settings.key is not None:
        return (FieldCipher(decoded(settings.key.get_secret_value())), *previous)
    return (FieldCipher(read_or_create(folder / "encryption.key", lambda: AESGCM.generate_key(256))), *previous)
