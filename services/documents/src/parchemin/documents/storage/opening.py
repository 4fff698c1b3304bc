"""The document store that an installation has chosen."""

from parchemin.documents.settings import Settings
from parchemin.documents.storage.bucket import BucketStore
from parchemin.documents.storage.folder import FolderStore
from parchemin.documents.storage.store import DocumentStore


def open_store(settings: Settings) -> DocumentStore:
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
