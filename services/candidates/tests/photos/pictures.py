"""Pictures as cameras make them."""

import io

from PIL import Image


def file(width: int, height: int, *, kind: str = "JPEG", orientation: int = 1) -> bytes:
    """A blue picture, with what a camera writes beside it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x010F] = orientation, "à l'atelier", "SECRETCAMERA"
    made = io.BytesIO()
    mode = "RGBA" if kind == "PNG" else "RGB"
    Image.new(mode, (width, height), "navy").save(made, kind, exif=exif)
    return made.getvalue()
