"""The store of submissions that an installation has chosen."""

from parchemin.common.storage.bucket import BucketStore
from parchemin.common.storage.folder import FolderStore
from parchemin.common.storage.store import ContentStore
from parchemin.evaluations.submissions.settings import SubmissionSettings


def open_store(settings: SubmissionSettings) -> ContentStore:
    """A bucket where the settings name one, else a folder. Asks the storage for nothing yet."""
    if settings.submissions_bucket_url is None:
        return FolderStore(settings.submissions_store_folder, suffix="")
    return BucketStore(
        settings.submissions_bucket_url,
        endpoint=settings.submissions_bucket_endpoint,
        region=settings.submissions_bucket_region,
        access_key_id=settings.submissions_bucket_access_key_id,
        secret_access_key=settings.submissions_bucket_secret_access_key,
        suffix="",
        media_type="application/octet-stream",
    )
