"""A key management service (AWS KMS, or one that speaks its protocol) keeps the key above the installation's key.

The installation's key is in the settings in the form that the service wrapped it in. It is unwrapped once, when a
process starts: a person's key costs no call.
"""

import base64
from collections.abc import Sequence
from typing import Any

from parchemin.common.settings import EncryptionSettings

_CONTEXT = {"purpose": "parchemin.installation_key"}
"""Authenticated by the service: what it wrapped for something else does not unwrap here."""


def unwrapped_by_kms(settings: EncryptionSettings, wrapped: Sequence[str]) -> list[bytes]:
    """The keys in clear. Raises what boto3 does where the service is away or refuses."""
    kms = _client(settings)
    return [
        kms.decrypt(CiphertextBlob=base64.b64decode(blob), EncryptionContext=_CONTEXT)["Plaintext"] for blob in wrapped
    ]


def new_key_wrapped_by_kms(settings: EncryptionSettings, key_id: str) -> str:
    """A new installation key, wrapped by the service's key `key_id`: what `kms_wrapped_key` is set to."""
    made = _client(settings).generate_data_key_without_plaintext(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=_CONTEXT
    )
    return base64.b64encode(made["CiphertextBlob"]).decode()


def _client(settings: EncryptionSettings) -> Any:
    import boto3  # noqa: PLC0415 - large, and most installations have no such service

    return boto3.client("kms", endpoint_url=settings.kms_endpoint, region_name=settings.kms_region)
