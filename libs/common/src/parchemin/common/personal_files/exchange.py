"""Where services put parts of a person's file for one another: encrypted, and for a few days only."""

from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from parchemin.common.settings import house
from parchemin.common.storage.bucket import BucketStore
from parchemin.common.storage.folder import FolderStore
from parchemin.common.storage.store import ContentStore

SUFFIX = ".age"


class ExchangeSettings(BaseSettings):
    """The store that all services of an installation share; prefix `PARCHEMIN_EXCHANGE_`. Where they run on several
    machines it is a bucket, or a volume that all of them mount."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_EXCHANGE_", frozen=True, hide_input_in_errors=True)

    folder: Path | None = None
    """By default `exchange` under the house's `var`."""
    bucket_url: str | None = Field(default=None, pattern=r"^s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/[A-Za-z0-9._/-]*)?$")
    bucket_endpoint: str | None = Field(default=None, pattern=r"^https?://[^/]+$")
    bucket_region: str | None = None
    bucket_access_key_id: str | None = None
    bucket_secret_access_key: SecretStr | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "ExchangeSettings":
        if self.bucket_url is not None and self.folder is not None:
            raise ValueError("parts are exchanged in a folder or in a bucket: set one of the two")
        if (self.bucket_access_key_id is None) != (self.bucket_secret_access_key is None):
            raise ValueError("a key of the storage takes both …_BUCKET_ACCESS_KEY_ID and …_BUCKET_SECRET_ACCESS_KEY")
        return self


def open_exchange(settings: ExchangeSettings | None = None) -> ContentStore:
    """A bucket where the settings name one, else a folder. Asks the storage for nothing yet."""
    settings = settings or ExchangeSettings()
    if settings.bucket_url is None:
        return FolderStore(settings.folder or house().var / "exchange", suffix=SUFFIX)
    return BucketStore(
        settings.bucket_url,
        endpoint=settings.bucket_endpoint,
        region=settings.bucket_region,
        access_key_id=settings.bucket_access_key_id,
        secret_access_key=settings.bucket_secret_access_key,
        suffix=SUFFIX,
        media_type="application/octet-stream",
    )
