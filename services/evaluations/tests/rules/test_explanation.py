"""The grounds of a proposal in words."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.common.language import Language
from parchemin.evaluations.deliberation.explanation import explain
from parchemin.evaluations.deliberation.policy import Ground, Grounds, Policy

ONE, TWO = ("C2.1",), ("C2.1", "C2.2")


@pytest.mark.parametrize(
    ("grounds", "french", "english"),
    [
        (Grounds(Ground.KEPT), "C.2 acquise lors d'une session antérieure.", "C.2 acquired in an earlier session."),
        (Grounds(Ground.EXEMPT), "C.2 dispensée.", "C.2 exempt."),
        (
            Grounds(Ground.ABSENT),
            "C.2 non acquise : le candidat n'était pas présent.",
            "C.2 not acquired: the candidate was not present.",
        ),
        (
            Grounds(Ground.NOT_JUDGED, ONE, 4),
            "C.2 non acquise : 1 critère sur 4 sans niveau sur les fiches signées.",
            "C.2 not acquired: 1 of 4 criteria without a level on the signed sheets.",
        ),
        (
            Grounds(Ground.NOT_MET, TWO, 4),
            "C.2 non acquise : 2 critères sur 4 non atteints.",
            "C.2 not acquired: 2 of 4 criteria not met.",
        ),
        (
            Grounds(Ground.PARTLY_MET, ONE, 2),
            "C.2 non acquise : 1 critère sur 2 partiellement atteint, il en faut moins de la moitié.",
            "C.2 not acquired: 1 of 2 criteria partly met, it takes less than half.",
        ),
        (
            Grounds(Ground.MET, ONE, 4),
            "C.2 acquise : 1 critère sur 4 partiellement atteint, aucun non atteint.",
            "C.2 acquired: 1 of 4 criteria partly met, none not met.",
        ),
        (Grounds(Ground.MET, (), 1), "C.2 acquise : 1 critère sur 1 atteint.", "C.2 acquired: 1 of 1 criterion met."),
        (Grounds(Ground.MET, (), 4), "C.2 acquise : 4 critères sur 4 atteints.", "C.2 acquired: 4 of 4 criteria met."),
    ],
    ids=lambda value: value.ground.value if isinstance(value, Grounds) else "",
)
def test_each_ground_in_both_languages(grounds: Grounds, french: str, english: str) -> None:
    assert explain("C.2", grounds, Policy(), "fr") == french
    assert explain("C.2", grounds, Policy(), "en") == english


def test_another_limit_is_named() -> None:
    told = explain("C.2", Grounds(Ground.PARTLY_MET, TWO, 4), Policy(partly_met_below=Fraction(1, 3)), "fr")
    assert told == "C.2 non acquise : 2 critères sur 4 partiellement atteints, il en faut moins de 1/3 des critères."


@given(st.sampled_from(list(Ground)), st.integers(0, 30), st.integers(0, 30), st.sampled_from(["fr", "en"]))
def test_any_grounds_make_one_sentence(ground: Ground, number: int, more: int, language: Language) -> None:
    grounds = Grounds(ground, tuple(f"C2.{place}" for place in range(number)), number + more)
    told = explain("C.2", grounds, Policy(), language)
    assert told.startswith("C.2 ")
    assert told.endswith(".")
    assert "{" not in told
