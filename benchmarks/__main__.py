"""`python -m benchmarks [--full] [--only NAME …] [--out FILE]`: each benchmark against its floor, in this run."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path

from benchmarks import report
from benchmarks.documents import benchmark as documents
from benchmarks.engines import Postgres, postgres
from benchmarks.harness import Result
from benchmarks.machine import machine
from benchmarks.sheets import benchmark as sheets

from parchemin.common.logs import configure_logs
from parchemin.common.settings import house

Benchmark = Callable[[Postgres, Path, bool], Coroutine[None, None, Result]]

BENCHMARKS: dict[str, Benchmark] = {
    "documents": lambda server, folder, full: documents.run(
        server, folder, documents.FULL if full else documents.QUICK
    ),
    "sheets": lambda server, folder, full: sheets.run(server, folder, sheets.FULL if full else sheets.QUICK),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the sizes of the reference run; else a few minutes")
    parser.add_argument("--only", nargs="*", choices=sorted(BENCHMARKS), default=sorted(BENCHMARKS))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/latest.json"))
    asked = parser.parse_args()
    configure_logs("WARNING")  # of what runs in this process
    results: list[Result] = []
    on = machine()
    os.environ["PARCHEMIN_WORK"] = "apart"  # the HTTP process serves HTTP; `parchemin work` does the rest
    os.environ["PARCHEMIN_LOG_LEVEL"] = "WARNING"
    with tempfile.TemporaryDirectory(prefix="parchemin-bench-") as place, postgres() as server:
        for name in asked.only:
            folder = Path(place) / name
            folder.mkdir()
            os.environ["PARCHEMIN_VAR"] = str(folder)
            house.cache_clear()
            results.append(asyncio.run(BENCHMARKS[name](server, folder, asked.full)))
            sys.stdout.write(report.table(results[-1]) + "\n")
            sys.stdout.flush()
            report.write(results, on, asked.out)


if __name__ == "__main__":
    main()
