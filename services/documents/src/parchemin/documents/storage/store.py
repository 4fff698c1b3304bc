"""Where the files of documents are kept."""

import hashlib
from typing import Protocol


class ContentDamaged(Exception):
    """What is stored under a key is gone or is not what was put there."""


class StorageAway(OSError):
    """The storage cannot be reached, or refuses, for the moment: asking again may do. Its text is the cause's class;
    what a storage says names its machines, and stays out of logs and answers."""


class DocumentStore(Protocol):
    """Keeps bytes under their SHA-256, so that equal content is one file and nothing is ever overwritten.

    Both methods block, within a bound; call them from a worker thread. Both raise an `OSError` where the storage is
    away.
    """

    def put(self, content: bytes) -> str:
        """Keep the content; return its key once it would survive a power cut. A repeat changes nothing."""

    def get(self, key: str) -> bytes:
        """The content, checked against its key; `ContentDamaged` where it is not there as it was put."""


def key_of(content: bytes) -> str:
    """The SHA-256 of the content in lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def path_of(key: str) -> str:
    """Where content lies in every store, so that one can be copied to another: `ab/ab12….pdf`."""
    return f"{key[:2]}/{key}.pdf"
