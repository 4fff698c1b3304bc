"""What a run found, as a table for people and as JSON for programs."""

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Ratio, Result


def write(results: Sequence[Result], machine: dict[str, str | int], file: Path) -> None:
    """Store the results."""
    document = {"machine": machine, "benchmarks": [result.as_json() for result in results]}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table(result: Result) -> str:
    """One benchmark as Markdown."""
    sizes = ", ".join(f"{value} {name}" for name, value in result.sizes.items())
    lines = [f"### {result.title}", "", f"{sizes}", "", f"| | {result.unit} |", "|---|---:|"]
    lines += [f"| {name} | {_figure(value)} |" for name, value in result.figures.items()]
    if result.ratios:
        lines += ["", "| | | target |", "|---|---:|---:|"]
        lines += [f"| {_name(one)} | {one.value:.2f} | {_target(one)} |" for one in result.ratios]
    return "\n".join(lines) + "\n"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _name(ratio: Ratio) -> str:
    return ratio.of if ratio.over is None else f"{ratio.of} ÷ {ratio.over}"


def _target(ratio: Ratio) -> str:
    if ratio.met is None:
        return ""
    limit = f"≥ {ratio.at_least}" if ratio.at_least is not None else f"≤ {ratio.at_most}"
    return f"{limit}: {'met' if ratio.met else 'missed'}"
