"""What may be a photo, and how it is kept: a picture alone, without what the camera wrote beside it. Pure."""

import io

from PIL import Image, ImageOps

LONGEST = 5 * 1024 * 1024
"""Bytes of a file."""
MOST_PIXELS = 25_000_000
SMALLEST, LARGEST = 100, 1200
"""Pixels of a side: of what is sent at least, of what is kept at most."""
FORMATS = ("JPEG", "PNG")
QUALITY = 85


class NotAPhoto(ValueError):
    """Neither JPEG nor PNG, damaged, or of a size that no portrait has."""


def portrait(file: bytes) -> bytes:
    """A JPEG of what the file shows, upright, at most 1200 pixels high or wide, and nothing but the picture: no
    place, time or camera, no thumbnail, no hidden end."""
    if len(file) > LONGEST:
        raise NotAPhoto("too large")
    try:
        with Image.open(io.BytesIO(file), formats=FORMATS) as opened:
            # the size is read before the picture: what would unpack to too much is not unpacked
            if opened.width * opened.height > MOST_PIXELS or min(opened.size) < SMALLEST:
                raise NotAPhoto("of a size that no portrait has")
            shown = ImageOps.exif_transpose(opened).convert("RGBA")
    except NotAPhoto:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPhoto("not a picture") from error
    paper = Image.new("RGB", shown.size, "white")
    paper.paste(shown, mask=shown.getchannel("A"))
    paper.thumbnail((LARGEST, LARGEST))
    kept = io.BytesIO()
    paper.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()
