"""Images: their size is read from the header, before anything is unpacked."""

import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from parchemin.evaluations.submissions.inspection.verdicts import Refused

MOST_PIXELS = 100_000_000
"""A poster of 100 megapixels; a flood has thousands."""


def examine(path: Path, kind: str) -> None:
    """Refuse what is no image of its kind, or unpacks to a flood."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the limit is ours, and is an error
        try:
            with Image.open(path, formats=["JPEG" if kind == "jpg" else "PNG"]) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise Refused("image_too_large")
                image.verify()
        except Image.DecompressionBombError as error:
            raise Refused("image_too_large") from error
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            raise Refused("image_unreadable") from error
