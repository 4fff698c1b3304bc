"""Settings of the documents service; prefix `PARCHEMIN_DOCUMENTS_`."""

from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from parchemin.common.language import Language, Text
from parchemin.common.settings import ServiceSettings, house
from parchemin.documents.composition.drafts import Stationery
from parchemin.documents.rendering.models import CertifierMentions


class Settings(ServiceSettings):
    """What the certifier and the installation say about documents."""

    model_config = SettingsConfigDict(
        env_prefix="PARCHEMIN_DOCUMENTS_",
        frozen=True,
        hide_input_in_errors=True,  # among it is the key of the storage
    )

    folder: Path | None = None
    """Where the files are kept; by default `documents` under the house's `var`."""
    bucket_url: str | None = Field(default=None, pattern=r"^s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/[A-Za-z0-9._/-]*)?$")
    """Keep the files in an S3-compatible storage instead: `s3://bucket/prefix`. The bucket is there already."""
    bucket_endpoint: str | None = Field(default=None, pattern=r"^https?://[^/]+$")
    """Origin of the storage, where it is not AWS's own."""
    bucket_region: str | None = None
    bucket_access_key_id: str | None = None
    bucket_secret_access_key: SecretStr | None = None
    certifier: CertifierMentions | None = None
    """The mandatory mentions, as a JSON object. Without them every document is a specimen, and says so."""
    certifier_file: Path | None = None
    """The same in a file, read where `certifier` is not set."""
    language: Language = "fr"
    """Language of the documents that facts give rise to from now on."""
    appeal_fr: str = Field(
        default="Les voies et délais de recours sont ceux du règlement du certificateur.", min_length=1
    )
    """Way and time limit of appeal, as the certifier's rules word it; the law sets none, so none is said here."""
    appeal_en: str = Field(
        default="The ways and time limits of appeal are those of the certifier's rules.", min_length=1
    )
    time_zone: str = "Europe/Paris"
    """IANA name: where the minutes' times of day are read."""
    issuing_poll_seconds: float = Field(default=2.0, gt=0)
    """How often the issuer looks for documents to make when nothing wakes it."""

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("this time zone is not known")
        return name

    @model_validator(mode="after")
    def _store_is_told(self) -> "Settings":
        if self.bucket_url is not None and self.folder is not None:
            raise ValueError("documents are kept in a folder or in a bucket: set one of the two")
        if (self.bucket_access_key_id is None) != (self.bucket_secret_access_key is None):
            raise ValueError("a key of the storage takes both …_BUCKET_ACCESS_KEY_ID and …_BUCKET_SECRET_ACCESS_KEY")
        return self

    @property
    def store_folder(self) -> Path:
        """The folder of the document store."""
        return self.folder or house().var / "documents"

    def stationery(self) -> Stationery:
        """What is printed on every document and does not come from an event. Fails where the file is wrong."""
        certifier = self.certifier
        if certifier is None and self.certifier_file is not None:
            certifier = CertifierMentions.model_validate_json(self.certifier_file.read_bytes())
        return Stationery(
            certifier=certifier,
            appeal=Text(self.appeal_fr, self.appeal_en),
            verification_page=f"{house().public_url.rstrip('/')}/verify",
            time_zone=ZoneInfo(self.time_zone),
        )
