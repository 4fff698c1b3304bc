"""What a name, a line and a comment may hold."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from parchemin.common.text import Code, CountryCode, Email, Line, Name, Paragraph

NAME, LINE, PARAGRAPH = TypeAdapter(Name), TypeAdapter(Line), TypeAdapter(Paragraph)
UNSEEN = "\x00\x07\x1b\x7f\x85\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff"


@pytest.mark.parametrize(
    "name", ["Zoé", "N’Guessan-O'Brien", "Đặng Thị", "مریم‌السادات", "李 小龍", "Åse d'Ô", "X Æ A-12", "José  María"]
)
def test_names_are_kept_as_they_are_written(name: str) -> None:
    assert NAME.validate_python(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("character", UNSEEN)
def test_what_is_not_seen_or_turns_the_direction_is_refused(character: str) -> None:
    for adapter in (NAME, LINE, PARAGRAPH):
        for text in (f"a{character}b", f"a{character}", f"{character}a"):
            with pytest.raises(ValidationError):
                adapter.validate_python(text)


@pytest.mark.parametrize("blank", ["", " ", "   ", "\u3000", "\u200d", " \u200c "])
def test_blanks_are_no_text(blank: str) -> None:
    for adapter in (NAME, LINE, PARAGRAPH):
        with pytest.raises(ValidationError):
            adapter.validate_python(blank)


def test_a_line_has_no_break_and_a_paragraph_may() -> None:
    for broken in ("a\nb", "a\r\nb", "a\tb"):
        with pytest.raises(ValidationError):
            LINE.validate_python(broken)
    assert PARAGRAPH.validate_python("a\n\nb ") == "a\n\nb"
    with pytest.raises(ValidationError):
        PARAGRAPH.validate_python("a\r\nb")


def test_equal_names_are_equal_strings() -> None:
    assert NAME.validate_python(" Zoe\u0301 ") == NAME.validate_python("Zoé") == "Zoé"


def test_a_text_that_normalisation_lengthens_over_the_limit_is_refused() -> None:
    assert len(unicodedata.normalize("NFC", "\ufb2c")) == 3
    with pytest.raises(ValidationError, match="at most 120"):
        NAME.validate_python("\ufb2c" * 120)


@given(st.text(max_size=400))
def test_what_is_accepted_is_shown_normalised_within_the_limit_and_accepted_again(text: str) -> None:
    try:
        name = NAME.validate_python(text)
    except ValidationError:
        return
    assert name == unicodedata.normalize("NFC", name).strip()
    assert 1 <= len(name) <= 120
    assert not set(name) & set(UNSEEN)
    assert NAME.validate_python(name) == name


def test_codes_countries_and_addresses_are_whole_strings() -> None:
    for adapter, right, wrong in (
        (TypeAdapter(Code), ["ESRA-01", "A"], ["", "a", "A b", "A\n", "-A", "É"]),
        (TypeAdapter(CountryCode), ["FR"], ["fr", "FRA", "F1", "FR\n"]),
        (
            TypeAdapter(Email),
            ["a@b.fr", "zoe.l+test@mail.example.org"],
            ["a@b", "a b@c.fr", "a@b.fr\n", "@b.fr", "a@b..fr", "a@b.fr,c@d.fr"],
        ),
    ):
        for text in right:
            assert adapter.validate_python(text) == text
        for text in wrong:
            with pytest.raises(ValidationError):
                adapter.validate_python(text)
