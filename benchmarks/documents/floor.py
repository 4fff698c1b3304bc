"""The floor: bare Typst over the product's own templates and data, in as many threads as the product draws with.

A process of its own: Typst remembers within a process what it has laid out, and must not find the product's work there.
`python -m benchmarks.documents.floor FILE THREADS` prints the seconds.
"""

import json
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typst

from parchemin.documents.rendering import compiler
from parchemin.documents.rendering.models import Document
from parchemin.documents.rendering.printable import FONTS

Call = dict[str, Any]
"""The arguments of one `typst.Compiler.compile`."""

_thread = threading.local()


class _Recorder:
    """Stands where the product's compiler is, and writes down what it is asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def compile(self, **call: Any) -> bytes:
        self.calls.append(call)
        return b""


def calls_for(documents: Sequence[Document]) -> list[Call]:
    """What the product asks of Typst for these documents."""
    recorder = _Recorder()
    with patch.object(compiler, "_compiler", lambda: recorder):
        for document in documents:
            compiler.render(document)
    return recorder.calls


def _compile(call: Call) -> None:
    if not hasattr(_thread, "compiler"):
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
        _thread.compiler = typst.Compiler(root=str(compiler.TEMPLATES), font_paths=fonts, ignore_system_fonts=True)
    _thread.compiler.compile(**call)


def main() -> None:
    file, threads = Path(sys.argv[1]), int(sys.argv[2])
    asked = json.loads(file.read_text(encoding="utf-8"))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(_compile, asked["warm"]))
        started = time.perf_counter()
        list(pool.map(_compile, asked["calls"]))
        json.dump(time.perf_counter() - started, sys.stdout)


if __name__ == "__main__":
    main()
