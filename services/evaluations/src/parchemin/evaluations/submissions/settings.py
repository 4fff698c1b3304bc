"""Settings of what candidates hand in: `PARCHEMIN_EVALUATIONS_SUBMISSIONS_…`."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from parchemin.common.settings import ServiceSettings, house
from parchemin.evaluations.submissions.inspection.kinds import MEDIA_TYPES


class SubmissionSettings(ServiceSettings):
    """Where files are kept, how large they may be, and how long after the deadline they are taken."""

    submissions_folder: Path | None = None
    """Where the files are kept; by default `submissions` under the house's `var`."""
    submissions_bucket_url: str | None = Field(
        default=None, pattern=r"^s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/[A-Za-z0-9._/-]*)?$"
    )
    """Keep the files in an S3-compatible storage instead: `s3://bucket/prefix`. The bucket is there already."""
    submissions_bucket_endpoint: str | None = Field(default=None, pattern=r"^https?://[^/]+$")
    """Origin of the storage, where it is not AWS's own."""
    submissions_bucket_region: str | None = None
    submissions_bucket_access_key_id: str | None = None
    submissions_bucket_secret_access_key: SecretStr | None = None
    submissions_grace_minutes: int = Field(default=0, ge=0, le=60 * 24 * 31)
    """After a candidate's own deadline deposits are taken for as long, and marked late."""
    submissions_max_bytes: int = Field(default=600_000_000, ge=1)
    """Of one file: an export of a film may have 500 MB."""
    submissions_part_bytes: int = Field(default=8_000_000, ge=1_000, le=64_000_000)
    """Of one part of an upload: what the process holds in memory for it."""
    submissions_quota_bytes: int = Field(default=5_000_000_000, ge=1)
    """Of all files of one candidate."""
    submissions_open_uploads: int = Field(default=20, ge=1)
    """Of one candidate, not handed in yet."""
    submissions_upload_hours: int = Field(default=72, ge=1)
    """An upload that is not handed in by then is swept away."""
    submissions_kinds: tuple[str, ...] = tuple(MEDIA_TYPES)
    """Extensions of the kinds of files that are taken."""
    submissions_clamav: str | None = Field(default=None, pattern=r"^(unix:/.+|[^:/]+:[0-9]{1,5})$")
    """Socket of clamd, `unix:/run/clamav/clamd.ctl` or `host:3310`: no file is given out that it did not pass."""
    submissions_poll_seconds: float = Field(default=2.0, gt=0)
    """How often the examiner looks for files when nothing wakes it."""

    @model_validator(mode="after")
    def _submissions_are_told(self) -> Self:
        if self.submissions_bucket_url is not None and self.submissions_folder is not None:
            raise ValueError("submissions are kept in a folder or in a bucket: set one of the two")
        if (self.submissions_bucket_access_key_id is None) != (self.submissions_bucket_secret_access_key is None):
            raise ValueError("a key of the storage takes both …_ACCESS_KEY_ID and …_SECRET_ACCESS_KEY")
        if not set(self.submissions_kinds) <= set(MEDIA_TYPES):
            raise ValueError(f"kinds of files are among {', '.join(MEDIA_TYPES)}")
        return self

    @property
    def submissions_store_folder(self) -> Path:
        """The folder of the store."""
        return self.submissions_folder or house().var / "submissions"

    @property
    def submissions_grace(self) -> timedelta:
        """How long after the deadline deposits are still taken."""
        return timedelta(minutes=self.submissions_grace_minutes)
