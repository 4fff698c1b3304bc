"""Finding what is sealed: equal texts have equal digests, and nobody without the key can try names out on them.

Source: blind indexing, as CipherSweet describes it; HMAC, RFC 2104.
"""

import hmac


class BlindIndex:
    """Digests of texts under a key that no rotation changes, else nothing would be found any more."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digest(self, place: str, text: str) -> bytes:
        """32 bytes. `place` names what is looked up: equal texts of two places have nothing in common."""
        return hmac.digest(self._key, place.encode() + b"\x00" + text.encode(), "sha256")
