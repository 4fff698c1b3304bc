"""The process that opens hostile files: it has little memory, little time, and nothing to lose.

Reads one JSON object from its standard input, writes one to its standard output.
"""

import json
import resource
import sys
from pathlib import Path


def limit(memory: int, seconds: int, file_size: int) -> None:
    """Bound this process for good, before any parser is imported."""
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    """Inspect one file."""
    asked = json.load(sys.stdin)
    limit(asked["memory"], asked["seconds"], asked["file_size"])
    from parchemin.evaluations.submissions.inspection.inspect import inspect  # noqa: PLC0415 - under the limits
    from parchemin.evaluations.submissions.inspection.verdicts import Refused  # noqa: PLC0415

    try:
        told = {"media_type": inspect(Path(asked["path"]), asked["name"], asked["allowed"])}
    except Refused as refused:
        told = {"verdict": refused.code}
    except (MemoryError, RecursionError):
        told = {"verdict": "inspection_failed"}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
