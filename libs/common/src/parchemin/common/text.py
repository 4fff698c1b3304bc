"""Texts that come from outside: what a name, a line or a comment may hold."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticKnownError

# Neither seen nor part of a word: C1 controls, zero-width space, marks, embeddings and isolates of direction,
# separators of lines and paragraphs, word joiner, byte order mark.
_UNSEEN = r"\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff"
_SHOWN = rf"[^\x00-\x1f{_UNSEEN}]"
_SHOWN_OR_BREAK = rf"[^\x00-\x09\x0b-\x1f{_UNSEEN}]"
_INK = rf"[^\s\x00-\x1f\u200c\u200d{_UNSEEN}]"  # joiners belong to some scripts, and are no ink alone


def _tidy(longest: int) -> AfterValidator:
    def tidy(text: str) -> str:
        """NFC, so that equal names are equal strings, and no blanks around. NFC lengthens some texts."""
        tidied = unicodedata.normalize("NFC", text).strip()
        if len(tidied) > longest:
            raise PydanticKnownError("string_too_long", {"max_length": longest})
        return tidied

    return AfterValidator(tidy)


def _shape(longest: int, shown: str) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=longest, pattern=f"^{shown}*{_INK}{shown}*$")


Name = Annotated[str, _shape(120, _SHOWN), _tidy(120)]
"""A name of a person or place, kept as written: one line, no control or direction-changing characters."""
Line = Annotated[str, _shape(300, _SHOWN), _tidy(300)]
"""One line of text."""
Paragraph = Annotated[str, _shape(4000, _SHOWN_OR_BREAK), _tidy(4000)]
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
