"""Settings that every service has. Read from the environment, prefix `PARCHEMIN_<SERVICE>_`."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class HouseSettings(BaseSettings):
    """What the services of one installation share; prefix `PARCHEMIN_`."""

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_", frozen=True)

    var: Path = Path("var")
    """Folder of the embedded defaults: databases, keys, documents."""
    public_url: str = "http://127.0.0.1:8000"
    """Origin under which clients reach the API and the public verification page."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    bus: Literal["local", "kafka"] = "local"
    """How events travel: within one process, or over a Kafka cluster (`PARCHEMIN_KAFKA_…`)."""
    work: Literal["inside", "apart"] = "inside"
    """Where relay, consumers and the issuer of documents run: in the process that serves HTTP, or only in those that
    `parchemin work` starts."""


class AuthSettings(BaseSettings):
    """Whose tokens are accepted; prefix `PARCHEMIN_AUTH_`.

    With `jwks_url` set, tokens of that OpenID Connect provider are accepted and no others. Without it the
    embedded default holds: a key made at first use under `var/keys`, tokens by `parchemin token`.
    """

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_AUTH_", frozen=True)

    issuer: str = "urn:parchemin:local"
    audience: str = "parchemin"
    jwks_url: str | None = None
    algorithms: tuple[str, ...] = ("ES256", "RS256", "PS256", "EdDSA")
    roles_claim: str = "roles"
    organisation_claim: str = "organisation"
    leeway_seconds: int = Field(default=30, ge=0, le=300)


class EncryptionSettings(BaseSettings):
    """Key that wraps the keys of persons; prefix `PARCHEMIN_ENCRYPTION_`.

    Either `key`, or `kms_wrapped_key`; without either the embedded default holds: a key file under `var/keys`.
    """

    model_config = SettingsConfigDict(env_prefix="PARCHEMIN_ENCRYPTION_", frozen=True, hide_input_in_errors=True)

    key: SecretStr | None = None
    """32 bytes, base64url."""
    previous_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """Keys that `key` took the place of, separated by commas, until `parchemin keys rotate` has run."""
    kms_wrapped_key: str | None = None
    """The installation's key as a key management service wrapped it: what `parchemin keys new --kms-key` prints."""
    kms_previous_wrapped_keys: Annotated[tuple[str, ...], NoDecode] = ()
    """As `previous_keys`."""
    kms_endpoint: str | None = Field(default=None, pattern=r"^https?://[^/]+$")
    """Origin of the service, where it is not AWS's own. Region and credentials: as AWS's own tools find them."""
    kms_region: str | None = None

    @field_validator("previous_keys", "kms_previous_wrapped_keys", mode="before")
    @classmethod
    def _separate(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_key(self) -> "EncryptionSettings":
        if self.key is not None and self.kms_wrapped_key is not None:
            raise ValueError("set PARCHEMIN_ENCRYPTION_KEY or …_KMS_WRAPPED_KEY; the other one among the previous keys")
        return self


class ServiceSettings(BaseSettings):
    """Base of each service's own settings."""

    database_url: str = ""
    """SQLAlchemy URL: `sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`. Empty: a file under `var`."""
    migrate_on_start: bool = True
    """Bring the schema up to date at start; in production the migration is a job of its own."""
    max_body_bytes: PositiveInt = 2_000_000
    relay_poll_seconds: float = Field(default=0.5, gt=0)
    """How often the relay looks for events when nothing wakes it."""
    outbox_retention_days: int | None = Field(default=None, ge=1)
    """Days for which published events stay in the outbox; for good where none is said."""
    idempotency_retention_days: int = Field(default=7, ge=1)
    """Days for which the answer to an `Idempotency-Key` is kept: a phone may have been offline."""


@lru_cache
def house() -> HouseSettings:
    """The installation's settings, read once."""
    return HouseSettings()


def default_database_url(service: str) -> str:
    """An SQLite file under `var`, for the embedded default."""
    return f"sqlite+aiosqlite:///{house().var / service}.sqlite3"
