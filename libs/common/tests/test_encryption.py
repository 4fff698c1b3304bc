"""Sealed texts: what opens them, and that nothing else does."""

import base64
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from parchemin.common.encryption import installation_cipher
from parchemin.common.settings import EncryptionSettings
from parchemin.common.vault import CannotDecrypt, FieldCipher

CIPHER = FieldCipher(bytes(range(32)))
PLACE = "exemptions.argument:1"


@given(st.text(), st.text())
def test_what_is_sealed_opens_in_its_place(text: str, place: str) -> None:
    assert CIPHER.open(CIPHER.seal(text, place=place), place=place) == text


def test_any_bit_that_is_flipped_is_noticed() -> None:
    sealed = CIPHER.seal("une raison", place=PLACE)
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(CannotDecrypt):
            CIPHER.open(bytes(changed), place=PLACE)


def test_a_value_that_is_cut_or_lengthened_is_noticed() -> None:
    sealed = CIPHER.seal("une raison", place=PLACE)
    for changed in [*(sealed[:length] for length in range(len(sealed))), sealed + b"\x00"]:
        with pytest.raises(CannotDecrypt):
            CIPHER.open(changed, place=PLACE)


def test_a_value_does_not_open_in_another_place_nor_under_another_key() -> None:
    sealed = CIPHER.seal("une raison", place=PLACE)
    with pytest.raises(CannotDecrypt):
        CIPHER.open(sealed, place="exemptions.argument:2")
    with pytest.raises(CannotDecrypt):
        FieldCipher(bytes(32)).open(sealed, place=PLACE)


def test_the_parts_of_two_values_do_not_make_a_third() -> None:
    one, other = CIPHER.seal("un", place=PLACE), CIPHER.seal("deux", place=PLACE)
    wrapped = 1 + 12 + 48
    with pytest.raises(CannotDecrypt):
        CIPHER.open(one[:wrapped] + other[wrapped:], place=PLACE)


def test_the_same_text_is_never_sealed_the_same_twice_and_does_not_show() -> None:
    sealed = {CIPHER.seal("dyslexie", place=PLACE) for _ in range(50)}
    assert len(sealed) == 50
    assert not any(b"dyslexie" in value for value in sealed)


def test_the_key_comes_from_the_settings_with_or_without_padding_or_from_a_file(tmp_path: Path) -> None:
    key = uuid4().bytes * 2
    sealed = FieldCipher(key).seal("x", place=PLACE)
    padded = base64.urlsafe_b64encode(key).decode()
    for written in (padded, padded.rstrip("=")):
        configured = installation_cipher(EncryptionSettings(key=SecretStr(written)), tmp_path)
        assert configured.open(sealed, place=PLACE) == "x"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="32 bytes"):
        installation_cipher(EncryptionSettings(key=SecretStr("c2hvcnQ=")), tmp_path)
    kept = installation_cipher(EncryptionSettings(), tmp_path).seal("x", place=PLACE)
    assert installation_cipher(EncryptionSettings(), tmp_path).open(kept, place=PLACE) == "x"
