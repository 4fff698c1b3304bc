"""The canonical form of JSON values, by the examples of RFC 8785 and by its rules."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.common.canonical import canonical_digest, canonical_json

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
)


def test_strings_and_literals_are_written_as_in_rfc_8785_section_3_2_2() -> None:
    source = r"""{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    expected = r"""{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"""
    assert canonical_json(json.loads(source)) == expected.encode()


def test_members_are_sorted_as_in_rfc_8785_section_3_2_3() -> None:
    source = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical_json(source)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_a_digest_is_that_of_the_canonical_bytes() -> None:
    assert canonical_digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@given(st.dictionaries(texts, values, max_size=5))
def test_the_form_says_the_same_whatever_the_order_of_members(value: dict[str, object]) -> None:
    written = canonical_json(value)
    assert json.loads(written) == value
    assert canonical_json(dict(reversed(value.items()))) == written


@pytest.mark.parametrize("value", [float("nan"), 2**53, -(2**53), b"bytes", "\ud83d", {"a": [2**53]}])
def test_what_has_no_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of its own, and of the codec's
        canonical_json(value)
