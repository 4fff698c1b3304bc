"""A line for each group, over the years or months."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from parchemin.common.language import Language
from parchemin.evaluations.statistics.charts import words
from parchemin.evaluations.statistics.charts.drawing import GRID, MUTED, Drawing, heading, wrapped
from parchemin.evaluations.statistics.rules import Group, GroupBy, Rate

WIDTH, HEIGHT = 960, 480
LEFT, RIGHT, TOP, BOTTOM = 78, 700, 92, 410
MOST_LINES = 6
"""More cannot be told apart: all groups are drawn as one line then."""
STYLES = (
    ("#1f5f99", ""),
    ("#9a4a00", "8 4"),
    ("#1d6b4f", "2 4"),
    ("#7b2d8b", "10 3 2 3"),
    ("#a32018", "14 5"),
    ("#4a5159", "5 2"),
)


def trend(
    groups: Sequence[Group], labels: Mapping[str, str], group_by: GroupBy, language: Language, below: int
) -> bytes:
    """Rates over time, by colour, dash and marker; each line is named at its end."""
    series = _series(groups, labels, language, below)
    periods = sorted({period for points in series.values() for period in points})
    title = words.TREND.say(language, title=words.RATES[group_by].say(language))
    drawing = Drawing(WIDTH, HEIGHT, title, _description(series, language))
    heading(drawing, words.COUNTED[group_by].say(language))
    if not periods:
        drawing.text(WIDTH / 2, 220, words.NOTHING.say(language), anchor="middle", size=15, fill=MUTED)
        return drawing.svg()
    step = (RIGHT - LEFT) / max(len(periods) - 1, 1)
    across = {
        period: LEFT + number * step if len(periods) > 1 else (LEFT + RIGHT) / 2
        for number, period in enumerate(periods)
    }
    _grid(drawing, across, language)
    ends = []
    for number, (label, points) in enumerate(series.items()):
        colour, dashes = STYLES[number % len(STYLES)]
        places = [(across[period], _height(points[period])) for period in periods if period in points]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        drawing.add("path", d=path, fill="none", stroke=colour, stroke_width=2.5, stroke_dasharray=dashes or "none")
        for x, y in places:
            _marker(drawing, number, x, y, colour)
        last = points[max(points)]
        ends.append((places[-1], f"{label} {words.percent(last.percent, language)}", colour))
    _name_lines(drawing, ends)
    return drawing.svg()


def _series(
    groups: Sequence[Group], labels: Mapping[str, str], language: Language, below: int
) -> dict[str, dict[str, Rate]]:
    together = len({group.key for group in groups}) > MOST_LINES
    counted: defaultdict[str, defaultdict[str, list[Group]]] = defaultdict(lambda: defaultdict(list))
    for group in groups:
        if group.period is not None and group.rate is not None and not group.is_small(below):
            name = words.ALL_TOGETHER.say(language) if together else labels[group.key]
            counted[name][group.period].append(group)
    return {
        name: {
            period: Rate(sum(one.passed for one in every), sum(one.assessed for one in every))
            for period, every in periods.items()
        }
        for name, periods in counted.items()
    }


def _description(series: Mapping[str, Mapping[str, Rate]], language: Language) -> str:
    lines = (
        f"{name}: " + ", ".join(f"{period} {words.percent(rate.percent, language)}" for period, rate in points.items())
        for name, points in series.items()
    )
    return "; ".join(lines) or words.NOTHING.say(language)


def _height(rate: Rate) -> float:
    return BOTTOM - (BOTTOM - TOP) * float(rate.exact)


def _grid(drawing: Drawing, across: Mapping[str, float], language: Language) -> None:
    for share in range(0, 101, 25):
        y = BOTTOM - (BOTTOM - TOP) * share / 100
        drawing.line(LEFT - 8, y, RIGHT + 8, y, GRID)
        label = words.percent(Decimal(share), language)
        drawing.text(LEFT - 16, y + 4.5, label, size=12, anchor="end", fill=MUTED)
    every = -(-len(across) // 10)
    for number, (period, x) in enumerate(across.items()):
        if number % every == 0:
            drawing.text(x, BOTTOM + 26, period, size=12.5, anchor="middle")


def _marker(drawing: Drawing, number: int, x: float, y: float, colour: str) -> None:
    ring: dict[str, str | float] = {"fill": "#ffffff" if number >= 3 else colour, "stroke": colour, "stroke_width": 2}
    match number % 3:
        case 0:
            drawing.add("circle", cx=x, cy=y, r=5, **ring)
        case 1:
            drawing.add("rect", x=x - 4.5, y=y - 4.5, width=9, height=9, **ring)
        case _:
            drawing.add("path", d=f"M{x:.1f} {y - 6:.1f}L{x + 6:.1f} {y + 5:.1f}L{x - 6:.1f} {y + 5:.1f}Z", **ring)


def _name_lines(drawing: Drawing, ends: Sequence[tuple[tuple[float, float], str, str]]) -> None:
    """Names at the right, at the height of their lines but not over one another."""
    below = TOP - 30.0
    for (x, y), name, colour in sorted(ends, key=lambda end: end[0][1]):
        lines = wrapped(name, WIDTH - RIGHT - 60, 13)
        below = max(below + 20, y)
        drawing.line(x + 8, y, RIGHT + 30, below, colour, stroke_width=0.8)
        for number, line in enumerate(lines):
            drawing.text(RIGHT + 36, below + 4.5 + number * 15, line, fill=colour, weight="600")
        below += (len(lines) - 1) * 15
