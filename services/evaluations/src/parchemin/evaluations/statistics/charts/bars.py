"""Bars: pass rates, and levels stacked."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from parchemin.common.language import Language
from parchemin.contracts.vocabulary import CriterionLevel
from parchemin.evaluations.statistics.charts import words
from parchemin.evaluations.statistics.charts.drawing import GRID, INK, MUTED, Drawing, heading, wrapped
from parchemin.evaluations.statistics.rules import Group, GroupBy, Rate

WIDTH, TOP, BOTTOM, BAR = 960, 92, 44, 18
VALUE_WIDTH = 168
BLUE, TRACK = "#1f5f99", "#e9eef4"


def pass_rates(
    groups: Sequence[Group], labels: Mapping[str, str], group_by: GroupBy, language: Language, below: int
) -> bytes:
    """A bar for each group, its rate and what it is of in figures beside it."""
    told = [(labels[group.key], _said(group, language, below)) for group in groups]
    title = words.RATES[group_by].say(language)
    drawing, rows = _canvas(title, words.COUNTED[group_by].say(language), told, language)
    left, right = _plot(told)
    _axis(drawing, left, right, len(groups), rows, language)
    for number, group in enumerate(groups):
        middle = TOP + number * rows + rows / 2
        _label(drawing, told[number][0], left, middle, rows)
        drawing.box(left, middle - BAR / 2, right - left, BAR, TRACK, rx=3)
        rate = None if group.is_small(below) else group.rate
        if rate is not None and rate.numerator:
            drawing.box(left, middle - BAR / 2, (right - left) * float(rate.exact), BAR, BLUE, rx=3)
        drawing.text(right + 12, middle + 4.5, told[number][1], fill=INK if rate else MUTED, size=13 if rate else 12)
    return drawing.svg()


def stacked_levels(groups: Sequence[Group], labels: Mapping[str, str], language: Language, below: int) -> bytes:
    """For each criterion the share of its levels, with a pattern and figures beside the colours."""
    shown = [group for group in groups if group.levels is not None]
    told = [(labels[group.key], _levels_said(group, language, below)) for group in shown]
    drawing, rows = _canvas(words.LEVELS.say(language), words.COUNTED[GroupBy.CRITERION].say(language), told, language)
    fills = {
        CriterionLevel.MET: "#1d6b4f",
        CriterionLevel.PARTLY_MET: drawing.hatch("partly", "#f3c969", "#c98f12"),
        CriterionLevel.NOT_MET: drawing.hatch("not", "#f7d9d6", "#a32018", dots=True),
    }
    inks = {CriterionLevel.MET: "#ffffff", CriterionLevel.PARTLY_MET: INK, CriterionLevel.NOT_MET: INK}
    left, right = _plot(told)
    _legend(drawing, fills, language)
    _axis(drawing, left, right, len(shown), rows, language)
    for number, group in enumerate(shown):
        middle = TOP + number * rows + rows / 2
        _label(drawing, told[number][0], left, middle, rows)
        if group.is_small(below) or not group.assessed or group.levels is None:
            drawing.text(left + 8, middle + 4.5, told[number][1], fill=MUTED, size=12)
            continue
        x = float(left)
        for level, fill in fills.items():
            width = (right - left) * group.levels[level] / group.assessed
            if width:
                drawing.box(x, middle - BAR / 2, width, BAR, fill, stroke="#ffffff", stroke_width=1)
            if width > 52:
                share = words.percent(Rate(group.levels[level], group.assessed).percent, language)
                if level is not CriterionLevel.MET:  # a figure on a pattern has paper of its own
                    drawing.box(x + width / 2 - 23, middle - 7.5, 46, 15, "#ffffff", opacity=0.88, rx=3)
                drawing.text(x + width / 2, middle + 4, share, size=11.5, anchor="middle", fill=inks[level])
            x += width
        drawing.text(right + 12, middle + 4.5, f"n = {group.assessed}", fill=MUTED, size=12)
    return drawing.svg()


def _canvas(title: str, subtitle: str, told: Sequence[tuple[str, str]], language: Language) -> tuple[Drawing, float]:
    """The drawing with its heading, and how high a row is."""
    rows = 38 if len(told) <= 30 and _longest(told) > 28 else 30 if len(told) <= 30 else 26
    description = "; ".join(f"{label}: {said}" for label, said in told) or words.NOTHING.say(language)
    drawing = Drawing(WIDTH, round(TOP + (len(told) or 3) * rows + BOTTOM), title, description)
    heading(drawing, subtitle)
    if not told:
        drawing.text(WIDTH / 2, TOP + 48, words.NOTHING.say(language), anchor="middle", size=15, fill=MUTED)
    return drawing, rows


def _longest(told: Sequence[tuple[str, str]]) -> int:
    return max((len(label) for label, _ in told), default=0)


def _plot(told: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """Where bars begin and may end: labels have what they need, a third of the picture at most."""
    return 24 + min(max(_longest(told) * 8, 60), 300) + 12, WIDTH - VALUE_WIDTH


def _axis(drawing: Drawing, left: int, right: int, count: int, rows: float, language: Language) -> None:
    if not count:
        return
    bottom = TOP + count * rows
    for share in range(0, 101, 25):
        x = left + (right - left) * share / 100
        drawing.line(x, TOP - 4, x, bottom + 4, GRID)
        drawing.text(x, bottom + 20, words.percent(Decimal(share), language), size=12, anchor="middle", fill=MUTED)


def _label(drawing: Drawing, label: str, left: int, middle: float, rows: float) -> None:
    lines = wrapped(label, left - 36, 13, lines=2 if rows >= 38 else 1)
    first = middle + 4.5 - (len(lines) - 1) * 7.5
    for number, line in enumerate(lines):
        drawing.text(left - 12, first + number * 15, line, anchor="end")


def _legend(drawing: Drawing, fills: Mapping[CriterionLevel, str], language: Language) -> None:
    """At the right of the heading."""
    labels = {level: words.LEVEL[level].say(language) for level in fills}
    x = WIDTH - 24 - sum(_legend_width(label) for label in labels.values())
    for level, fill in fills.items():
        drawing.box(x, 47, 16, 13, fill, stroke=INK, stroke_width=0.6)
        drawing.text(x + 22, 58, labels[level], size=12.5)
        x += _legend_width(labels[level])


def _legend_width(label: str) -> float:
    return 22 + len(label) * 7.4 + 20


def _said(group: Group, language: Language, below: int) -> str:
    if group.suppressed or group.is_small(below):
        return words.SMALL.say(language, below=below)
    if group.rate is None:
        return words.NOBODY.say(language)
    return f"{words.percent(group.rate.percent, language)} ({group.passed}/{group.assessed})"


def _levels_said(group: Group, language: Language, below: int) -> str:
    if group.is_small(below) or not group.assessed or group.levels is None:
        return _said(group, language, below)
    return ", ".join(f"{words.LEVEL[level].say(language)} {count}" for level, count in group.levels.items())
