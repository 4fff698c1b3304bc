"""When a consent may be given or withdrawn."""

from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.privacy.consents.rules import Consent, ConsentCode, Obstacle, Standing, obstacle_to_entry
from parchemin.candidates.privacy.consents.service import shipped_consents

VERSIONS = st.sampled_from(["1", "2", "3"])
ENTRIES = st.lists(st.tuples(st.booleans(), VERSIONS), max_size=8)


@given(ENTRIES, VERSIONS)
def test_whatever_was_told_a_consent_that_stands_can_be_withdrawn_and_no_other(
    told: list[tuple[bool, str]], current: str
) -> None:
    standing = None
    for given_now, version in told:
        if obstacle_to_entry(standing, given=given_now, text_version=version, current_version=current) is None:
            standing = Standing(given_now, version)
    stands = standing is not None and standing.given
    withdrawal = obstacle_to_entry(standing, given=False, text_version="of no matter", current_version=current)
    assert withdrawal == (None if stands else Obstacle.NOT_GIVEN)
    if stands:
        assert standing == Standing(True, current), "only the current text was ever consented to"


def test_a_text_that_was_worded_anew_is_consented_to_anew_and_the_old_one_is_not() -> None:
    old = Standing(True, "1")
    assert obstacle_to_entry(old, given=True, text_version="2", current_version="2") is None
    assert obstacle_to_entry(old, given=True, text_version="1", current_version="2") is Obstacle.TEXT_NOT_CURRENT
    assert obstacle_to_entry(old, given=True, text_version="1", current_version="1") is Obstacle.GIVEN_ALREADY


def test_each_consent_of_the_closed_list_has_a_text_from_the_start() -> None:
    consents: dict[ConsentCode, Consent] = shipped_consents()
    assert set(consents) == set(ConsentCode)
    for consent in consents.values():
        versions = [text.version for text in consent.texts]
        assert len(set(versions)) == len(versions) > 0
