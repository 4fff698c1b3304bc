"""Unpacking an archive that may be hostile: in memory, only the parts that are read, counted as they come."""

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from zipfile import BadZipFile, LargeZipFile, ZipFile

from parchemin.candidates.imports.reading import FileRefused

MOST_ENTRIES = 1_000
MOST_BYTES = 64_000_000
"""Unpacked, of all parts that are read: 20,000 rows of a workbook take 10 to 20 million."""
_CHUNK = 1 << 16


class Archive:
    """The parts of a zip. A header may lie about sizes: what counts is what comes out."""

    def __init__(self, archive: ZipFile) -> None:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        self._entries = {entry.filename: entry for entry in entries}
        if len(entries) > MOST_ENTRIES or len(self._entries) < len(entries):
            raise unreadable()
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise FileRefused.because(
                "archive_encrypted",
                fr="Le fichier est protégé par un mot de passe.",
                en="The file is protected by a password.",
            )
        self._archive = archive
        self._left = MOST_BYTES

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> frozenset[str]:
        """Of all its parts."""
        return frozenset(self._entries)

    def read(self, name: str) -> bytes:
        """A part; `FileRefused` where it is not there, or too much is unpacked by now."""
        if name not in self._entries:
            raise unreadable()
        pieces = []
        with self._archive.open(self._entries[name]) as part:
            while piece := part.read(_CHUNK):
                self._left -= len(piece)
                if self._left < 0:
                    raise FileRefused.because(
                        "archive_too_large",
                        fr=f"Le fichier dépasse {MOST_BYTES // 1_000_000} Mo une fois décompressé.",
                        en=f"The file is over {MOST_BYTES // 1_000_000} MB once unpacked.",
                    )
                pieces.append(piece)
        return b"".join(pieces)


@contextmanager
def opened(content: bytes) -> Iterator[Archive]:
    """The archive; `FileRefused` where it is none, or breaks while it is read."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            yield Archive(archive)
    except (BadZipFile, LargeZipFile, NotImplementedError, EOFError, zlib.error, ValueError, OverflowError) as error:
        raise unreadable() from error


def unreadable() -> FileRefused:
    """What is said of an archive that is damaged, or of another kind."""
    return FileRefused.because(
        "archive_unreadable",
        fr="Le fichier est endommagé, ou n'est pas celui que son nom annonce.",
        en="The file is damaged, or is not what its name says.",
    )
