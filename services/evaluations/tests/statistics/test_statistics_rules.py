"""Rates, small groups, agreement between jurors, and the pictures."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.common.language import Language
from parchemin.contracts.vocabulary import CriterionLevel
from parchemin.evaluations.statistics.agreement import Coincidences, Undefined, alpha_of
from parchemin.evaluations.statistics.charts.bars import pass_rates, stacked_levels
from parchemin.evaluations.statistics.charts.trend import trend
from parchemin.evaluations.statistics.rules import Group, GroupBy, Rate, period_of, suppressed

PUBLISHED = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
"""Four observers, twelve units: Krippendorff (2011), section C. He gives 0.815 for the ordinal metric."""


def test_alpha_of_the_published_example() -> None:
    rows = [line.split() for line in PUBLISHED.strip().splitlines()]
    units = [[int(value) for value in column if value != "."] for column in zip(*rows, strict=True)]
    found = alpha_of(units)
    assert found.alpha is not None
    assert round(float(found.alpha), 3) == 0.815
    assert (found.units, found.findings, found.undefined) == (11, 40, None)


def test_there_is_no_alpha_without_pairs_or_variation() -> None:
    assert alpha_of([]).undefined is alpha_of([[1], [2]]).undefined is Undefined.NO_PAIRS
    assert alpha_of([[2, 2], [2, 2, 2]]).undefined is Undefined.NO_VARIATION
    assert alpha_of([[0, 0], [2, 2]]).alpha == 1
    assert (alpha_of([[0, 2], [2, 0]]).alpha or 0) < 0


units = st.lists(st.lists(st.integers(0, 2), max_size=4), max_size=12)


@given(found=units, data=st.data())
def test_alpha_does_not_depend_on_who_judged_nor_on_the_order(found: list[list[int]], data: st.DataObject) -> None:
    mixed = [data.draw(st.permutations(unit)) for unit in data.draw(st.permutations(found))]
    assert alpha_of(mixed) == alpha_of(found)
    turned = [[2 - value for value in unit] for unit in found]
    assert alpha_of(turned).alpha == alpha_of(found).alpha
    alpha = alpha_of(found).alpha
    assert alpha is None or alpha <= 1


@given(first=units, second=units)
def test_what_is_counted_apart_and_merged_is_as_counted_together(
    first: list[list[int]], second: list[list[int]]
) -> None:
    whole, other = Coincidences(), Coincidences()
    for unit in first:
        whole.add(unit)
    for unit in second:
        other.add(unit)
    whole.merge(other)
    assert whole.agreement() == alpha_of([*first, *second])


@given(part=st.integers(0, 500), more=st.integers(0, 500))
def test_a_rate_is_exact_and_shown_within_a_twentieth_of_a_percent(part: int, more: int) -> None:
    if part + more == 0:
        with pytest.raises(ValueError, match="part of something"):
            Rate(0, 0)
        return
    rate = Rate(part, part + more)
    assert abs(Fraction(rate.percent) - 100 * rate.exact) <= Fraction(1, 20)
    assert rate.percent.as_tuple().exponent == -1


def test_rates_are_rounded_half_to_even() -> None:
    assert [Rate(n, 2000).percent for n in (1, 3, 5)] == [Decimal("0.0"), Decimal("0.2"), Decimal("0.2")]


@given(people=st.integers(0, 12), below=st.integers(1, 12))
def test_a_small_group_says_nothing_but_that_it_is_there(people: int, below: int) -> None:
    group = Group("C.1", "2026", assessed=people, passed=people, people=people)
    seen = suppressed(group, below)
    if 0 < people < below:
        assert seen == Group("C.1", "2026", suppressed=True)
        assert seen.rate is None
    else:
        assert seen == group


def test_periods() -> None:
    assert [period_of(2026, None), period_of(2026, 6)] == ["2026", "2026-06"]


SVG = "{http://www.w3.org/2000/svg}"
CRITERIA = [f"C{number // 4 + 1}.{number % 4 + 1}" for number in range(85)]


def parsed(svg: bytes) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - drawn here


def texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]


def pictures(keys: Sequence[str], language: Language, label: str = "") -> list[bytes]:
    labels = {key: label or key for key in keys}
    levels = {CriterionLevel.MET: 5, CriterionLevel.PARTLY_MET: 3, CriterionLevel.NOT_MET: 2}
    groups = [Group(key, assessed=10, passed=5, people=10, levels=levels) for key in keys]
    over = [Group(key, f"{year}", assessed=10, passed=5, people=10) for key in keys for year in (2025, 2026)]
    return [
        pass_rates(groups, labels, GroupBy.CRITERION, language, 5),
        stacked_levels(groups, labels, language, 5),
        trend(over, labels, GroupBy.CRITERION, language, 5),
    ]


@pytest.mark.parametrize("keys", [[], ["1"], ["1", "2", "3"], CRITERIA], ids=["none", "one", "three", "85"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_pictures_stand_alone_say_what_they_show_and_keep_within_their_frame(
    keys: list[str], language: Language
) -> None:
    for svg in pictures(keys, language):
        root = parsed(svg)
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert description is not None
        assert title.text
        assert description.text
        assert root.get("role") == "img"
        assert b"href" not in svg
        assert b"<script" not in svg
        height = float(root.get("height", "0"))
        assert all(0 <= float(element.get("y", "0")) <= height for element in root.iter(f"{SVG}text"))


def test_labels_of_any_text_are_escaped_and_cut() -> None:
    label = "2026-06-15 École <script>alert('&')</script> \x07" + "très " * 60
    for svg in pictures(["1"], "fr", label):
        assert b"<script" not in svg
        assert any("…" in text or "très" in text for text in texts(svg))
        assert max(map(len, texts(svg))) < 100


def test_a_small_group_is_named_and_not_drawn() -> None:
    groups = [Group("1", assessed=2, passed=1, people=2), Group("2", assessed=8, passed=2, people=8)]
    said = texts(pass_rates(groups, {"1": "Bloc 1", "2": "Bloc 2"}, GroupBy.BLOCK, "fr", 5))
    assert "moins de 5 personnes" in said
    assert "25 % (2/8)" in said
    assert not any("50 % (" in text for text in said)
