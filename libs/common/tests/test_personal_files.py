"""Parts and archives of persons' files: encrypted as they flow, whole or refused, whatever is in them."""

import io
import tarfile
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrage.x25519 import Identity

from parchemin.common.personal_files import Piece, json_piece
from parchemin.common.personal_files.sealing import (
    PartDamaged,
    decrypted,
    encrypt,
    new_key,
    pieces_of,
    tar_of,
    zip_of,
)
from parchemin.common.storage.store import CHUNK

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="/\\"), min_size=1)
CONTENTS = st.dictionaries(NAMES.map(lambda name: f"service/{name}x"), st.binary(max_size=3000), max_size=6)


def pieces(contents: dict[str, bytes]) -> list[Piece]:
    return [Piece(name, len(text), lambda text=text: iter([text])) for name, text in contents.items()]  # type: ignore[misc]  # the default binds this turn's text


def blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(CHUNK), b"")


@settings(max_examples=30, deadline=None)
@given(CONTENTS)
def test_an_archive_holds_what_the_parts_held(contents: dict[str, bytes]) -> None:
    tar = list(tar_of(pieces(contents)))
    with tarfile.open(fileobj=io.BytesIO(b"".join(tar))) as archive:
        assert archive.getnames() == list(contents)
    packed = b"".join(zip_of(pieces_of(tar)))
    with zipfile.ZipFile(io.BytesIO(packed)) as unpacked:
        assert unpacked.testzip() is None
        assert {name: unpacked.read(name) for name in unpacked.namelist()} == contents


def test_a_part_is_an_age_file_that_only_the_request_opens(tmp_path: Path) -> None:
    secret, public = new_key()
    part = tmp_path / "part.age"
    encrypt(tar_of([json_piece("a.json", {"nom": "Lefèvre"})]), public, part)
    assert b"Lef" not in part.read_bytes()
    assert b"Lef\xc3\xa8vre" in pyrage.decrypt(part.read_bytes(), [Identity.from_str(secret)])
    [piece] = pieces_of(decrypted(blocks(part), secret))
    assert piece.name == "a.json"
    with pytest.raises(PartDamaged):
        list(decrypted(blocks(part), new_key()[0]))


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_part_never_looks_complete(tmp_path: Path, damage: str) -> None:
    secret, public = new_key()
    part = tmp_path / "part.age"
    encrypt([bytes(300_000)], public, part)
    whole = part.read_bytes()
    part.write_bytes(whole[:-100] if damage == "cut" else whole[:-100] + bytes(100))
    with pytest.raises(PartDamaged):
        list(decrypted(blocks(part), secret))


def test_whoever_stops_reading_early_leaves_no_thread_behind(tmp_path: Path) -> None:
    secret, public = new_key()
    part = tmp_path / "part.age"
    encrypt((bytes(CHUNK) for _ in range(4)), public, part)
    reading = decrypted(blocks(part), secret)
    next(reading)
    reading.close()  # type: ignore[attr-defined]  # it is a generator; joins the thread that decrypts


def test_a_large_file_goes_through_in_little_memory(tmp_path: Path) -> None:
    secret, public = new_key()
    part, archive = tmp_path / "part.age", tmp_path / "archive.age"
    size = 64 * CHUNK
    large = Piece("travail.mov", size, lambda: (bytes(CHUNK) for _ in range(64)))
    tracemalloc.start()
    encrypt(tar_of([large]), public, part)
    encrypt(zip_of(pieces_of(decrypted(blocks(part), secret))), public, archive)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * CHUNK
    with zipfile.ZipFile(io.BytesIO(b"".join(decrypted(blocks(archive), secret)))) as unpacked:
        assert unpacked.getinfo("travail.mov").file_size == size
