"""The tools that read deployment files as an installation would."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engines.missing import missing

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / "build" / "deployment" / "bin"


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """`tool("caddy")`: the program's path. Without it the test is skipped on a laptop and fails in CI."""

    def find(name: str) -> str:
        path = shutil.which(name, path=f"{INSTALLED}{os.pathsep}{os.environ['PATH']}")
        if path is not None:
            return path
        reason = f"{name} is not here: `make deployment` installs it"
        if name == "promtool":
            reason = "promtool is not here: Debian's package prometheus has it"
        missing(reason)
        return ""

    return find
