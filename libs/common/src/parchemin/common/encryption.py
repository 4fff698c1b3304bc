"""The cipher under the installation's own key, for what was sealed before persons had keys."""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parchemin.common.secret_files import read_or_create
from parchemin.common.settings import EncryptionSettings
from parchemin.common.vault.cipher import FieldCipher
from parchemin.common.vault.wrapping import decoded


def installation_cipher(settings: EncryptionSettings, folder: Path) -> FieldCipher:
    """The cipher under the configured key, or under a key file made at first use."""
    if settings.key is not None:
        return FieldCipher(decoded(settings.key.get_secret_value()))
    return FieldCipher(read_or_create(folder / "encryption.key", lambda: AESGCM.generate_key(256)))
