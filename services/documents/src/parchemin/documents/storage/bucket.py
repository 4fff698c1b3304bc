"""The document store in a bucket of an S3-compatible storage, for an installation of several machines."""

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store
from pydantic import SecretStr

from parchemin.documents.storage.store import ContentDamaged, StorageAway, key_of, path_of

if TYPE_CHECKING:
    from obstore.store import S3Config

CONNECT_SECONDS = 2
REQUEST_SECONDS = 10
RETRIES = 2
"""Of one request, and none is begun once it has taken `REQUEST_SECONDS`: a call lasts twice that at most."""


class BucketStore:
    """Objects named by their SHA-256, as the files of a folder are.

    S3 answers a write once it is kept, and shows it whole to every reader from then on. The request is signed over
    the content's digest: what was damaged on the way is refused.
    """

    def __init__(
        self,
        url: str,
        *,
        endpoint: str | None = None,
        region: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: SecretStr | None = None,
    ) -> None:
        """`url` is `s3://bucket/prefix`. What is not given is found as the tools of AWS find it: `AWS_…` variables,
        the role of the machine or of its pod."""
        place = urlsplit(url)
        config: S3Config = {"virtual_hosted_style_request": endpoint is None}  # one's own has no name for each bucket
        if endpoint is not None:
            config["endpoint"] = endpoint
        if region is not None:
            config["region"] = region
        if access_key_id is not None:
            config["access_key_id"] = access_key_id
        if secret_access_key is not None:
            config["secret_access_key"] = secret_access_key.get_secret_value()
        self._objects = S3Store(
            place.netloc,
            prefix=place.path.strip("/") or None,
            config=config,
            client_options={
                "allow_http": endpoint is not None and endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "timeout": timedelta(seconds=REQUEST_SECONDS),
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=REQUEST_SECONDS)},
        )

    def put(self, content: bytes) -> str:
        """As the protocol says. An object that was damaged since is put right."""
        key = key_of(content)
        if self._read(key) != content:
            try:
                self._objects.put(
                    path_of(key), content, attributes={"Content-Type": "application/pdf"}, use_multipart=False
                )
            except (BaseError, OSError) as error:
                raise StorageAway(type(error).__name__) from None
        return key

    def get(self, key: str) -> bytes:
        """As the protocol says."""
        content = self._read(key)
        if content is None or key_of(content) != key:
            raise ContentDamaged(key)
        return content

    def _read(self, key: str) -> bytes | None:
        """What lies under the key; None where nothing does."""
        try:
            return bytes(self._objects.get(path_of(key)).bytes())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise StorageAway(type(error).__name__) from None
