"""Parts and archives, encrypted and decrypted as they flow: memory does not grow with what a person handed in.

Format: age (X25519 recipients, ChaCha20-Poly1305 in blocks of 64 KiB), by pyrage. Nothing readable touches a disk.
"""

import os
import tarfile
import threading
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

import pyrage
from pyrage.x25519 import Identity, Recipient

from parchemin.common.personal_files.pieces import Piece
from parchemin.common.storage.store import CHUNK

_BLOCK = tarfile.BLOCKSIZE


class PartDamaged(Exception):
    """A part is not what was encrypted for this request."""


def new_key() -> tuple[str, str]:
    """A key for one request: the secret half and the public one."""
    identity = Identity.generate()
    return str(identity), str(identity.to_public())


def encrypt(content: Iterable[bytes], recipient: str, target: Path) -> None:
    """Write the content, encrypted, to a file."""
    with target.open("wb") as file:
        pyrage.encrypt_io(as_file(content), file, [Recipient.from_str(recipient)])


def decrypted(content: Iterable[bytes], secret: str) -> Iterator[bytes]:
    """The content in clear, a block at a time; `PartDamaged` before the end where it is not whole. Each block was
    authenticated before it is given."""
    reading, writing = os.pipe()
    failure: list[BaseException] = []

    def decrypt() -> None:
        try:
            with os.fdopen(writing, "wb") as into:
                pyrage.decrypt_io(as_file(content), into, [Identity.from_str(secret)])
        except BaseException as error:  # it is raised where the content is read
            failure.append(error)

    thread = threading.Thread(target=decrypt, daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb", buffering=0) as out:
            while block := out.read(CHUNK):
                yield block
    finally:  # whoever stops early closes the pipe, which ends the thread
        thread.join()
    if failure:
        raise PartDamaged(type(failure[0]).__name__) from failure[0]


def tar_of(pieces: Sequence[Piece]) -> Iterator[bytes]:
    """The pieces as a tar archive, which can be read as it comes."""
    for piece in pieces:
        member = tarfile.TarInfo(piece.name)
        member.size = piece.size
        yield member.tobuf(tarfile.PAX_FORMAT)
        left = piece.size
        for block in piece.content():
            left -= len(block)
            yield block
        if left:
            raise ValueError("a piece is not as long as it was said to be")
        yield bytes(-piece.size % _BLOCK)
    yield bytes(2 * _BLOCK)


def pieces_of(tar: Iterable[bytes]) -> Iterator[Piece]:
    """The files of a tar archive as it comes: each is read before the next is asked for."""
    with tarfile.open(fileobj=as_file(tar), mode="r|") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isreg() else None
            if file is not None:
                yield Piece(member.name, member.size, lambda file=file: iter(lambda: file.read(CHUNK), b""))  # type: ignore[misc]  # the default binds this turn's file


def zip_of(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """The pieces as a ZIP archive, as they come."""
    sink = _Sink()
    with zipfile.ZipFile(cast(BinaryIO, sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for piece in pieces:
            entry = zipfile.ZipInfo(piece.name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            with archive.open(entry, "w", force_zip64=piece.size >= 1 << 31) as into:
                for block in piece.content():
                    into.write(block)
                    yield from sink.taken()
            yield from sink.taken()
    yield from sink.taken()


def as_file(content: Iterable[bytes]) -> BinaryIO:
    """Blocks, to be read as a file."""
    return cast(BinaryIO, _Blocks(iter(content)))


class _Blocks(RawIOBase):
    """Gives what is asked for, however the blocks are cut."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._held = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        wanted = -1 if size is None else size
        while wanted < 0 or len(self._held) < wanted:
            block = next(self._blocks, None)
            if block is None:
                break
            self._held += block
        cut = len(self._held) if wanted < 0 else wanted
        given, self._held = self._held[:cut], self._held[cut:]
        return given


class _Sink(RawIOBase):
    """Keeps what is written until it is taken. Cannot seek: the archive says sizes after the files."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, block: object) -> int:
        written = bytes(cast(bytes, block))
        self._written.append(written)
        return len(written)

    def taken(self) -> Iterator[bytes]:
        """All that was written since."""
        written, self._written = self._written, []
        yield from written
