"""Texts that come from outside: what a name, a line or a comment may hold."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

_SHOWN = r"[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_SHOWN_OR_BREAK = r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_INK = r"[^\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"


def _tidy(text: str) -> str:
    """NFC, so that equal names are equal strings, and no blanks around."""
    return unicodedata.normalize("NFC", text).strip()


def _line(longest: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=longest, pattern=f"^{_SHOWN}*{_INK}{_SHOWN}*$")


Name = Annotated[str, _line(120), AfterValidator(_tidy)]
"""A name of a person or place, kept as written: one line, no control or direction-changing characters."""
Line = Annotated[str, _line(300), AfterValidator(_tidy)]
"""One line of text."""
Paragraph = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4000, pattern=f"^{_SHOWN_OR_BREAK}*{_INK}{_SHOWN_OR_BREAK}*$"),
    AfterValidator(_tidy),
]
"""Text with line breaks: a reason, a comment, an argument."""
Email = Annotated[
    str,
    StringConstraints(
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$",
    ),
]
"""Address as the HTML standard reads it; that it works is only known by writing to it."""
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$")]
"""Short code that an organisation gives itself."""
