"""The document store in a local folder, the embedded default."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from parchemin.documents.storage.store import ContentDamaged, key_of, path_of


class FolderStore:
    """Files named by their SHA-256, under folders of its first two digits: `ab/ab12….pdf`.

    A file takes its name when it is whole and on disk: a process killed at any point leaves the whole file or
    none (and at most a draft, whose name begins with a point).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """As the protocol says. A file that was damaged since is put right."""
        key = key_of(content)
        path = self._path(key)
        if not _holds(path, content):
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, content)
        for folder in (path.parent, self._folder):  # also for a file that was found: who wrote it may have been killed
            _sync(folder)
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

    def _path(self, key: str) -> Path:
        return self._folder / path_of(key)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


def _write_whole(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}.", delete=False) as draft:
        try:
            draft.write(content)
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
