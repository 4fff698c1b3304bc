"""What every store of files promises."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

CHUNK = 1 << 20
"""Bytes in memory at a time, of a file of any size."""


class ContentDamaged(Exception):
    """What is stored under a key is gone or is not what was put there."""


class StorageAway(OSError):
    """The storage cannot be reached, or refuses, for the moment: asking again may do. Its text is the cause's class;
    what a storage says names its machines, and stays out of logs and answers."""


class ContentStore(Protocol):
    """Keeps bytes under their SHA-256, so that equal content is one file and nothing is ever overwritten.

    All methods block, within a bound for each piece; call them from a worker thread. All raise an `OSError` where the
    storage is away.
    """

    def put(self, content: bytes) -> str:
        """Keep the content; return its key once it would survive a power cut. A repeat changes nothing."""

    def put_file(self, source: Path) -> str:
        """As `put`, of a file of any size."""

    def get(self, key: str) -> bytes:
        """The content, checked against its key; `ContentDamaged` where it is not there as it was put."""

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The content in pieces, from `start` to before `end`.

        The whole of it is checked against its key before the last piece is given: what was damaged ends in
        `ContentDamaged` and never looks complete. A part of it is given as it lies there.
        """

    def delete(self, key: str) -> None:
        """Forget the content for good; no matter whether it is there."""

    def stage(self, name: str, content: bytes) -> None:
        """Keep a piece of what is not whole yet, under `folder/name`. A repeat replaces it."""

    def staged(self, name: str) -> bytes:
        """A piece that was staged; `ContentDamaged` where there is none."""

    def unstage(self, folder: str) -> None:
        """Forget all pieces of that folder; no matter whether there are any."""


def key_of(content: bytes) -> str:
    """The SHA-256 of the content in lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def key_of_file(source: Path) -> str:
    """As `key_of`, of a file of any size."""
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def path_of(key: str, suffix: str = ".pdf") -> str:
    """Where content lies in every store, so that one can be copied to another: `ab/ab12….pdf`."""
    return f"{key[:2]}/{key}{suffix}"


def staging_path_of(name: str) -> str:
    """Where a piece lies: no key begins with a point."""
    return f".staged/{name}"


def checked(pieces: Iterator[bytes], key: str) -> Iterator[bytes]:
    """The pieces, the last one only once all of them together are what the key names."""
    digest = hashlib.sha256()
    held = b""
    for piece in pieces:
        digest.update(piece)
        if held:
            yield held
        held = piece
    if digest.hexdigest() != key:
        raise ContentDamaged(key)
    yield held
