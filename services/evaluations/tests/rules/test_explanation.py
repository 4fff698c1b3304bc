"""The grounds of a proposal in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.common.language import Language
from parchemin.evaluations.deliberation.explanation import explain
from parchemin.evaluations.deliberation.policy import Ground, Grounds, Score

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
            Grounds(Ground.EXCLUDED),
            "C.2 non acquise : le candidat a été exclu pour fraude.",
            "C.2 not acquired: the candidate was excluded for fraud.",
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
            Grounds(Ground.PARTLY_MET, ONE, 2, 0),
            "C.2 non acquise : 1 critère sur 2 partiellement atteint, aucun n'est admis.",
            "C.2 not acquired: 1 of 2 criteria partly met, none is allowed.",
        ),
        (
            Grounds(Ground.PARTLY_MET, TWO, 4, 1),
            "C.2 non acquise : 2 critères sur 4 partiellement atteints, 1 au plus.",
            "C.2 not acquired: 2 of 4 criteria partly met, 1 at most.",
        ),
        (
            Grounds(Ground.NOT_MET, ONE, 4, score=Score(6, 5, 8)),
            "C.2 non acquise : 1 critère sur 4 non atteint, éliminatoire.",
            "C.2 not acquired: 1 of 4 criteria not met, eliminatory.",
        ),
        (
            Grounds(Ground.TOO_FEW_POINTS, (), 4, score=Score(5, 6, 8)),
            "C.2 non acquise : 5 points sur 8, il en faut 6.",
            "C.2 not acquired: 5 of 8 points, 6 needed.",
        ),
        (
            Grounds(Ground.ENOUGH_POINTS, (), 4, score=Score(7, 6, 8)),
            "C.2 acquise : 7 points sur 8, il en faut 6.",
            "C.2 acquired: 7 of 8 points, 6 needed.",
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
    assert explain("C.2", grounds, "fr") == french
    assert explain("C.2", grounds, "en") == english


@given(st.sampled_from(list(Ground)), st.integers(0, 30), st.integers(0, 30), st.sampled_from(["fr", "en"]))
def test_any_grounds_make_one_sentence(ground: Ground, number: int, more: int, language: Language) -> None:
    grounds = Grounds(ground, tuple(f"C2.{place}" for place in range(number)), number + more)
    told = explain("C.2", grounds, language)
    assert told.startswith("C.2 ")
    assert told.endswith(".")
    assert "{" not in told
