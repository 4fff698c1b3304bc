"""What is known of persons, sealed under keys of their own: erasing a person is destroying the keys."""

from parchemin.common.vault.cipher import CannotDecrypt, FieldCipher
from parchemin.common.vault.index import BlindIndex
from parchemin.common.vault.vault import KeyDestroyed, Purpose, Vault

__all__ = ["BlindIndex", "CannotDecrypt", "FieldCipher", "KeyDestroyed", "Purpose", "Vault"]
