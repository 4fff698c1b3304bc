"""Unpacking an archive that may be hostile: nothing is written, and everything is counted."""

import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from parchemin.evaluations.submissions.inspection.verdicts import Refused

MOST_ENTRIES = 200
MOST_PARTS = 5000
"""Of an Office document: a presentation has some for each slide."""
MOST_BYTES = 200_000_000
MOST_RATIO = 100
SMALL = 1_000_000
"""Below which no ratio is a bomb: blank pages compress well."""
CHUNK = 1 << 16
HEADER = 30
"""Bytes of a local header, without names (APPNOTE 4.3.7)."""
SLACK = 512
"""Per entry: an extra field that differs from the directory's, a data descriptor, alignment."""
NESTED = (
    b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd", b"MSCF",
)  # fmt: skip


@dataclass
class Allowance:
    """Bytes that may still be unpacked, of a file and of all that is in it."""

    bytes_left: int = MOST_BYTES

    def take(self, count: int) -> None:
        """Count them; refuse what goes over."""
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise Refused("archive_too_large")


@contextmanager
def opened(path: Path, *, most_entries: int = MOST_ENTRIES) -> Iterator[ZipFile]:
    """The archive, once its directory was checked."""
    try:
        with ZipFile(path) as archive:
            _check_directory(archive, path.stat().st_size, most_entries)
            yield archive
    except (BadZipFile, LargeZipFile, NotImplementedError, EOFError, zlib.error, ValueError, OverflowError) as error:
        raise Refused("archive_unreadable") from error


def is_archive(path: Path) -> bool:
    """Whether an unpacker would find an archive in it, wherever it begins."""
    try:
        with ZipFile(path) as archive:
            return bool(archive.infolist())
    except (BadZipFile, LargeZipFile, NotImplementedError, ValueError, OverflowError, OSError):
        return False


def files_of(archive: ZipFile) -> list[ZipInfo]:
    """Its entries, without the folders."""
    return [entry for entry in archive.infolist() if not entry.is_dir()]


def unpacked(archive: ZipFile, entry: ZipInfo, allowance: Allowance) -> Iterator[bytes]:
    """The entry's bytes in pieces, counted as they come: a header may lie about them."""
    count = 0
    with archive.open(entry) as file:
        while piece := file.read(CHUNK):
            count += len(piece)
            allowance.take(len(piece))
            if count > SMALL and count > MOST_RATIO * max(entry.compress_size, 1):
                raise Refused("archive_ratio")
            yield piece


def _check_directory(archive: ZipFile, size: int, most_entries: int) -> None:
    entries = archive.infolist()
    if not entries:
        raise Refused("empty")
    if len(entries) > most_entries:
        raise Refused("archive_too_many_entries")
    for entry in entries:
        _check_entry(entry)
    declared = sum(entry.file_size for entry in entries)
    if declared > MOST_BYTES:
        raise Refused("archive_ratio" if declared > MOST_RATIO * size else "archive_too_large")
    if declared > SMALL and declared > MOST_RATIO * size:
        raise Refused("archive_ratio")
    packed = sum(entry.compress_size for entry in entries)
    if packed > size:  # entries that overlap: a bomb, whatever each of them says
        raise Refused("archive_ratio")
    known = sum(HEADER + len(entry.orig_filename.encode()) + len(entry.extra) + SLACK for entry in entries) + packed
    if min(entry.header_offset for entry in entries) != 0 or archive.start_dir > known:
        raise Refused("polyglot")
    directory = sum(46 + len(entry.orig_filename.encode()) + len(entry.extra) + len(entry.comment) for entry in entries)
    if size - archive.start_dir > directory + 22 + 76 + len(archive.comment) + SLACK or len(archive.comment) > SLACK:
        raise Refused("polyglot")


def _check_entry(entry: ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise Refused("archive_encrypted")
    name = entry.orig_filename
    steps = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in steps or ":" in name or "\\" in name or "\x00" in name:
        raise Refused("archive_path")
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if mode not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise Refused("archive_link")
