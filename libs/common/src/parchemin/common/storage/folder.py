"""The store in a local folder, the embedded default."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from parchemin.common.storage.store import (
    CHUNK,
    ContentDamaged,
    checked,
    key_of,
    key_of_file,
    path_of,
    staging_path_of,
)


class FolderStore:
    """Files named by their SHA-256, under folders of its first two digits: `ab/ab12….pdf`.

    A file takes its name when it is whole and on disk: a process killed at any point leaves the whole file or
    none (and at most a draft, whose name begins with a point).
    """

    def __init__(self, folder: Path, *, suffix: str = ".pdf") -> None:
        self._folder = folder
        self._suffix = suffix

    def put(self, content: bytes) -> str:
        """As the protocol says. A file that was damaged since is put right."""
        key = key_of(content)
        self._keep(key, lambda draft: draft.write(content))
        return key

    def put_file(self, source: Path) -> str:
        """As the protocol says. A file that was damaged since is put right."""
        key = key_of_file(source)

        def copy(draft: IO[bytes]) -> None:
            with source.open("rb") as file:
                shutil.copyfileobj(file, draft, CHUNK)

        self._keep(key, copy)
        return key

    def get(self, key: str) -> bytes:
        """As the protocol says."""
        try:
            content = self._path(key).read_bytes()
        except FileNotFoundError as error:
            raise ContentDamaged(key) from error
        if key_of(content) != key:
            raise ContentDamaged(key)
        return content

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """As the protocol says."""
        pieces = self._pieces(key, start, end)
        return checked(pieces, key) if start == 0 and end is None else pieces

    def delete(self, key: str) -> None:
        """As the protocol says. It is unlinked, not overwritten: what a disk keeps of it is the disk's affair."""
        with suppress(FileNotFoundError):
            self._path(key).unlink()
            _sync(self._path(key).parent)

    def stage(self, name: str, content: bytes) -> None:
        """As the protocol says."""
        path = self._folder / staging_path_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, lambda draft: draft.write(content))
        _sync(path.parent)

    def staged(self, name: str) -> bytes:
        """As the protocol says."""
        try:
            return (self._folder / staging_path_of(name)).read_bytes()
        except FileNotFoundError as error:
            raise ContentDamaged(name) from error

    def unstage(self, folder: str) -> None:
        """As the protocol says."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self._folder / staging_path_of(folder))

    def _keep(self, key: str, write: Callable[[IO[bytes]], object]) -> None:
        path = self._path(key)
        if not _holds(path, key):
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, write)
        for folder in (path.parent, self._folder):  # also for a file that was found: who wrote it may have been killed
            _sync(folder)

    def _pieces(self, key: str, start: int, end: int | None) -> Iterator[bytes]:
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError as error:
            raise ContentDamaged(key) from error
        with file:
            file.seek(start)
            left = None if end is None else end - start
            while piece := file.read(CHUNK if left is None else min(CHUNK, left)):
                left = None if left is None else left - len(piece)
                yield piece

    def _path(self, key: str) -> Path:
        return self._folder / path_of(key, self._suffix)


def _holds(path: Path, key: str) -> bool:
    try:
        return key_of_file(path) == key
    except FileNotFoundError:
        return False


def _write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}.", delete=False) as draft:
        try:
            write(draft)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).rename(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise


def _sync(folder: Path) -> None:
    """Bring the folder's entries to disk: a rename is only safe with its folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
