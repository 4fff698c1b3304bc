"""The code that anyone checks a document by.

80 random bits as 16 characters of Crockford's base32 (no I, L, O, U), and one check character of the same
alphabet. Crockford's own check is modulo 37 and needs five further signs, which people mistype; a sum modulo 32
cannot detect both errors that people make. So the 17 characters are read as elements of GF(2^5), the 32-element
field of x^5 + x^2 + 1, and weighted by the powers of its generator: all are valid together when the sum is zero.
The weights are different and not zero, so any single wrong character, and any two characters that changed places
(neighbours or not), make it something else.
Source: https://www.crockford.com/base32.html; linear codes over GF(2^m), minimum distance 2.
"""

import secrets
import unicodedata
from collections.abc import Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 16
LENGTH = RANDOM_CHARACTERS + 1
_MODULUS = 0b100101  # x^5 + x^2 + 1, primitive: its generator has order 31, more than the 17 weights need
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A fresh code, as it is stored: 17 characters."""
    values = [secrets.randbelow(len(ALPHABET)) for _ in range(RANDOM_CHARACTERS)]
    return "".join(ALPHABET[value] for value in (*values, _times_generator(_sum(values))))


def grouped(code: str) -> str:
    """As it is printed: `7KQF-2MZD-X4AB-9TQ2C`."""
    return "-".join((code[0:4], code[4:8], code[8:12], code[12:]))


def read_code(typed: str) -> str | None:
    """The code that somebody typed, in any case, with any blanks and dashes, O for 0 and I or L for 1; none where it
    is not well formed."""
    kept = (sign for sign in typed if unicodedata.category(sign) not in {"Pd", "Zs", "Cc", "Cf"})
    code = "".join(kept).upper().translate(_ALIKE)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if _sum([ALPHABET.index(sign) for sign in code]) == 0 else None


def _sum(values: Sequence[int]) -> int:
    """The sum of the values, the last with weight 1, each before it with the next power of the generator (Horner)."""
    total = 0
    for value in values:
        total = _times_generator(total) ^ value
    return total


def _times_generator(value: int) -> int:
    doubled = value << 1
    return doubled ^ _MODULUS if doubled & 0b100000 else doubled
