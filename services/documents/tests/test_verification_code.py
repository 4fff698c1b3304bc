"""The code: tolerant of how it is typed, not of what is typed wrong."""

from hypothesis import given
from hypothesis import strategies as st

from parchemin.documents.verification.code import ALPHABET, LENGTH, grouped, new_code, read_code

codes = st.builds(new_code)


def test_codes_are_17_characters_of_the_alphabet_and_differ() -> None:
    made = {new_code() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in made)
    assert {sign for code in made for sign in code[-1]} == set(ALPHABET)


@given(codes)
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    alike = code.replace("0", "o").replace("1", "l")
    for typed in (code, grouped(code), code.lower(), f"  {grouped(code).lower()}\n", " ".join(code), alike):
        assert read_code(typed) == code
    assert read_code(grouped(code).replace("-", "–").replace("1", "I")) == code
    assert len(grouped(code)) == 20


@given(codes)
def test_any_single_wrong_character_is_detected(code: str) -> None:
    for place in range(LENGTH):
        for sign in ALPHABET.replace(code[place], ""):
            assert read_code(code[:place] + sign + code[place + 1 :]) is None


@given(codes)
def test_any_two_characters_that_changed_places_are_detected(code: str) -> None:
    for first in range(LENGTH):
        for second in range(first + 1, LENGTH):
            signs = list(code)
            signs[first], signs[second] = signs[second], signs[first]
            assert read_code("".join(signs)) == (code if signs == list(code) else None)


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_is_refused(typed: str) -> None:
    code = read_code(typed)
    assert code is None or read_code(code) == code


@given(codes, st.integers(0, LENGTH - 1))
def test_a_code_with_a_character_too_few_or_too_many_is_refused(code: str, place: int) -> None:
    assert read_code(code[:place] + code[place + 1 :]) is None
    assert read_code(code[:place] + "2" + code[place:]) is None
