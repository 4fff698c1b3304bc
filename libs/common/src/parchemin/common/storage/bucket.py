"""The store in a bucket of an S3-compatible storage, for an installation of several machines."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store
from pydantic import SecretStr

from parchemin.common.storage.store import (
    ContentDamaged,
    StorageAway,
    checked,
    key_of,
    key_of_file,
    path_of,
    staging_path_of,
)

if TYPE_CHECKING:
    from obstore import Attributes
    from obstore.store import S3Config

CONNECT_SECONDS = 2
REQUEST_SECONDS = 10
RETRIES = 2
"""Of one request, and none is begun once it has taken `REQUEST_SECONDS`: a call lasts twice that at most."""

PIECE = 8 << 20
"""Bytes of one request, of a file of any size: storages take no smaller parts than 5 MiB."""


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
        suffix: str = ".pdf",
        media_type: str = "application/pdf",
    ) -> None:
        """`url` is `s3://bucket/prefix`. What is not given is found as the tools of AWS find it: `AWS_…` variables,
        the role of the machine or of its pod."""
        self._suffix = suffix
        self._attributes: Attributes = {"Content-Type": media_type}
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
        if self._read(path_of(key, self._suffix)) != content:
            self._write(path_of(key, self._suffix), content)
        return key

    def put_file(self, source: Path) -> str:
        """As the protocol says: in parts, which become an object all at once."""
        key = key_of_file(source)
        if not self._holds(key):
            with _storage():
                self._objects.put(
                    path_of(key, self._suffix), source, attributes=self._attributes, chunk_size=PIECE, max_concurrency=2
                )
        return key

    def get(self, key: str) -> bytes:
        """As the protocol says."""
        content = self._read(path_of(key, self._suffix))
        if content is None or key_of(content) != key:
            raise ContentDamaged(key)
        return content

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """As the protocol says; each piece is a request of its own, and ends in time."""
        pieces = self._pieces(key, start, end)
        return checked(pieces, key) if start == 0 and end is None else pieces

    def delete(self, key: str) -> None:
        """As the protocol says. Versions that the bucket keeps are the bucket's affair."""
        with _storage(), suppress(FileNotFoundError):
            self._objects.delete(path_of(key, self._suffix))

    def stage(self, name: str, content: bytes) -> None:
        """As the protocol says."""
        self._write(staging_path_of(name), content)

    def staged(self, name: str) -> bytes:
        """As the protocol says."""
        content = self._read(staging_path_of(name))
        if content is None:
            raise ContentDamaged(name)
        return content

    def unstage(self, folder: str) -> None:
        """As the protocol says."""
        with _storage():
            for page in self._objects.list(staging_path_of(folder)):
                for found in page:
                    self._objects.delete(found["path"])

    def _holds(self, key: str) -> bool:
        try:
            for _ in self.stream(key):
                pass
        except ContentDamaged:
            return False
        return True

    def _pieces(self, key: str, start: int, end: int | None) -> Iterator[bytes]:
        path = path_of(key, self._suffix)
        with _storage():
            try:
                size = self._objects.head(path)["size"]
            except FileNotFoundError:
                raise ContentDamaged(key) from None
        last = size if end is None else min(end, size)
        if last == 0:
            yield b""
        for place in range(start, last, PIECE):
            with _storage():
                piece = bytes(self._objects.get_range(path, start=place, end=min(place + PIECE, last)))
            yield piece

    def _write(self, path: str, content: bytes) -> None:
        with _storage():
            self._objects.put(path, content, attributes=self._attributes, use_multipart=False)

    def _read(self, path: str) -> bytes | None:
        """What lies there; None where nothing does."""
        with _storage():
            try:
                return bytes(self._objects.get(path).bytes())
            except FileNotFoundError:
                return None


@contextmanager
def _storage() -> Iterator[None]:
    """Says of what a storage does not do no more than its class."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise StorageAway(type(error).__name__) from None
