"""What may be a photo, and that nothing but the picture is kept."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from services.candidates.tests.photos.pictures import file

from parchemin.candidates.photos.rules import NotAPhoto, portrait


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_picture_alone_is_kept_upright_and_of_bounded_size(kind: str) -> None:
    sent = file(2400, 1600, kind=kind, orientation=6 if kind == "JPEG" else 1) + b"SECRETEND"
    assert b"SECRETCAMERA" in sent
    kept = portrait(sent)
    assert not any(secret in kept for secret in (b"SECRETCAMERA", b"SECRETEND", b"Exif"))
    picture = Image.open(io.BytesIO(kept))
    assert picture.format == "JPEG"
    assert picture.size == ((800, 1200) if kind == "JPEG" else (1200, 800))


@pytest.mark.parametrize(
    "sent",
    [b"", b"%PDF-1.7", file(99, 500), file(5001, 5001), file(200, 200, kind="GIF"), file(200, 200)[:300],
     b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ids=["empty", "pdf", "small", "huge", "gif", "cut", "svg"],
)  # fmt: skip
def test_anything_else_is_refused(sent: bytes) -> None:
    with pytest.raises(NotAPhoto):
        portrait(sent)


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(st.integers(2, 600), st.binary(min_size=1, max_size=40))
def test_damaged_file_is_refused_or_a_picture_and_nothing_worse(place: int, bytes_: bytes) -> None:
    damaged = bytearray(file(120, 120))
    damaged[place : place + len(bytes_)] = bytes_
    try:
        kept = portrait(bytes(damaged))
    except NotAPhoto:
        return
    assert Image.open(io.BytesIO(kept)).format == "JPEG"
