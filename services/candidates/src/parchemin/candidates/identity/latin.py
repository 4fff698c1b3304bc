"""Names in letters that another system can take. What is kept is always the name as written. Pure."""

import unicodedata

from anyascii import anyascii

FRENCH_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿæœABCDEFGHIJKLMNOPQRSTUVWXYZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÆŒ")
"""Letters of the French civil register (circulaire of 23 July 2014 on civil status): Latin, with French diacritics."""
FRENCH_SIGNS = frozenset(" '-\u2019")
"""Apostrophe, hyphen, blank."""


def transliterated(name: str) -> str:
    """The name in the letters of the French civil register: those it has stay, any other letter becomes the Latin
    ones that are nearest (`Łucja` → `Lucja`, `Жанна` → `Zhanna`), and any other sign goes."""
    letters = []
    for character in unicodedata.normalize("NFC", name):
        if character in FRENCH_LETTERS or character in FRENCH_SIGNS:
            letters.append(character)
        elif unicodedata.category(character)[0] in "LM":
            letters.append("".join(latin for latin in anyascii(character) if latin in FRENCH_LETTERS))
        elif character.isspace():
            letters.append(" ")
    return " ".join("".join(letters).split())
