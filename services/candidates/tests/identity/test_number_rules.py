"""Numbers of persons, and the one that is not collected."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.identity.numbers import INE_PATTERN, holds_nir


@st.composite
def nirs(draw: st.DrawFn) -> str:
    """Thirteen digits and their key."""
    number = (
        f"{draw(st.sampled_from('12'))}{draw(st.integers(0, 99)):02}{draw(st.integers(1, 12)):02}"
        f"{draw(st.sampled_from(['01', '75', '2A', '2B', '99']))}"
        f"{draw(st.integers(1, 999)):03}{draw(st.integers(1, 999)):03}"
    )
    key = 97 - int(number.replace("2A", "19").replace("2B", "18")) % 97
    return f"{number}{key:02}"


@given(nirs(), st.sampled_from(["", " ", ".", "-", "\u00a0"]), st.booleans(), st.sampled_from(["", "Zoé ", "n° : "]))
def test_social_security_number_is_seen_however_it_is_grouped(nir: str, sign: str, key: bool, before: str) -> None:
    parts = [nir[:1], nir[1:3], nir[3:5], nir[5:7], nir[7:10], nir[10:13], *([nir[13:]] if key else [])]
    assert holds_nir(before + sign.join(parts))


@given(nirs(), st.integers(1, 96))
def test_fifteen_digits_with_another_key_are_no_social_security_number(nir: str, shift: int) -> None:
    wrong = (int(nir[13:]) - 1 + shift) % 97 + 1
    assert not holds_nir(f"{nir[:13]}{wrong:02}")


@pytest.mark.parametrize(
    "text", ["Lefèvre", "+2250102030405", "+33612345678", "0612345678", "12 rue du 8 mai 1945, 75012 Paris",
             "123456789AB", "1234567890A", "2026-06-17", "zoe.1999@example.org", "00330612345678"],
)  # fmt: skip
def test_nothing_else_is_taken_for_one(text: str) -> None:
    assert not holds_nir(text)


@pytest.mark.parametrize(
    ("number", "right"),
    [("123456789AB", True), ("1234567890A", True), ("1234A12345F", True), ("12345678901", False), ("12345678AB", False),
     ("123456789ÀB", False), ("123456789AB\n", False)],
)  # fmt: skip
def test_national_student_number_has_one_of_its_three_shapes(number: str, right: bool) -> None:
    assert bool(re.fullmatch(INE_PATTERN.strip("^$"), number)) == right
