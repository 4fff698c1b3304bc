"""`python -m benchmarks [--full] [--only NAME …] [--out FILE]`: each benchmark against its floor, in this run."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path

from benchmarks import report
from benchmarks.cohort import benchmark as cohort
from benchmarks.documents import benchmark as documents
from benchmarks.engines import Engines
from benchmarks.events import delay, relay
from benchmarks.growth import benchmark as growth
from benchmarks.harness import Result
from benchmarks.machine import machine
from benchmarks.sheets import benchmark as sheets

from parchemin.common.logs import configure_logs
from parchemin.common.settings import house

Found = dict[str, Result]
"""What was measured before in this run."""
Benchmark = Callable[[Engines, Path, bool, Found], Coroutine[None, None, Result]]

BENCHMARKS: dict[str, Benchmark] = {
    "sheets": lambda engines, folder, full, _: sheets.run(
        engines.postgres, folder, sheets.FULL if full else sheets.QUICK
    ),
    "relay": lambda engines, folder, full, _: relay.run(engines, folder, relay.FULL if full else relay.QUICK),
    "delay": lambda engines, folder, full, _: delay.run(engines, folder, delay.FULL if full else delay.QUICK),
    "documents": lambda engines, folder, full, _: documents.run(
        engines.postgres, folder, documents.FULL if full else documents.QUICK
    ),
    "growth": lambda engines, folder, full, _: growth.run(engines, folder, growth.FULL if full else growth.QUICK),
    "cohort": lambda engines, folder, full, found: cohort.run(
        engines, folder, cohort.FULL if full else cohort.QUICK, found
    ),
}
NEEDED = {"cohort": ("sheets", "relay", "documents")}
"""Whose figures a benchmark is held against."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the sizes of the reference run; else a few minutes")
    parser.add_argument("--only", nargs="*", choices=list(BENCHMARKS), default=list(BENCHMARKS))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/latest.json"))
    asked = parser.parse_args()
    configure_logs("WARNING")  # of what runs in this process
    names = [name for name in BENCHMARKS if any(name in (one, *NEEDED.get(one, ())) for one in asked.only)]
    found: Found = {}
    on = machine()
    os.environ["PARCHEMIN_WORK"] = "apart"  # the HTTP process serves HTTP; `parchemin work` does the rest
    os.environ["PARCHEMIN_LOG_LEVEL"] = "WARNING"
    with tempfile.TemporaryDirectory(prefix="parchemin-bench-") as place, ExitStack() as stack:
        engines = Engines(stack)
        for name in names:
            folder = Path(place) / name
            folder.mkdir()
            os.environ["PARCHEMIN_VAR"] = str(folder)
            house.cache_clear()
            found[name] = asyncio.run(BENCHMARKS[name](engines, folder, asked.full, found))
            sys.stdout.write(report.table(found[name]) + "\n")
            sys.stdout.flush()
            report.write(list(found.values()), on, asked.out)


if __name__ == "__main__":
    main()
