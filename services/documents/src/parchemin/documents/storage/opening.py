"""The document store that an installation has chosen."""

from parchemin.common.storage.bucket import BucketStore
from parchemin.common.storage.folder import FolderStore
from parchemin.common.storage.store import ContentStore
from parchemin.documents.settings import Settings


def open_store(settings: Settings) -> ContentStore:
    """A bucket where the settings name one, else a folder. Asks the storage for nothing yet."""
    if settings.bucket_url is None:
        return FolderStore(settings.store_folder)
    return BucketStore(
        settings.bucket_url,
        endpoint=settings.bucket_endpoint,
        region=settings.bucket_region,
        access_key_id=settings.bucket_access_key_id,
        secret_access_key=settings.bucket_secret_access_key,
    )
