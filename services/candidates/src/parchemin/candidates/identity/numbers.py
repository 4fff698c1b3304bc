"""Numbers of persons: which may be taken, and which is not collected. Pure."""

import re

INE_PATTERN = r"^([0-9]{9}[A-Z]{2}|[0-9]{10}[A-Z]|[0-9]{4}A[0-9]{5}[A-Z])$"
"""Identifiant national (RNIE: nine digits and two letters; before 2018 ten digits and a letter; apprentices' own).

Its last letters check it by a rule that is not published: the shape is all that can be said.
"""
CPF_FILE_PATTERN = r"^[A-Z0-9][A-Z0-9-]{4,29}$"
"""Number of a file in the CPF information system. Its form is not published: letters, digits, hyphens."""

_NIR = re.compile(
    r"(?<![\d+])[12378](?P<year>\d\d)(?P<month>0[1-9]|1[0-2]|[2-9]\d)(?P<place>\d{2}|2[AB])\d{6}(?:(?P<key>\d\d))?(?!\d)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?<=[0-9ABab])[ .\u00a0\u202f-](?=[0-9ABab])")


def holds_nir(text: str) -> bool:
    """Whether a social-security number (13 digits, or 15 with its key) is in the text, however it is grouped.

    One with a key is told by the key; one without by its sex, month and department.
    """
    for found in _NIR.finditer(_BETWEEN.sub("", text)):
        key = found.group("key")
        if key is None or int(key) == 97 - int(_digits(found.group(0)[:13])) % 97:
            return True
    return False


def _digits(number: str) -> str:
    """Corsica counts as 19 and 18 in the key."""
    return number.upper().replace("2A", "19").replace("2B", "18")
